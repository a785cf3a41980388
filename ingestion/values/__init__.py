"""Rules for single values, mostly as SQL: numbers, times, ids, addresses, form values, visitor hashes."""
