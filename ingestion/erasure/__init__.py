"""Erasure of people: the keyed record of who was erased, and removing them from rows, texts and files."""
