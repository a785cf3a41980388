"""Landing zone to typed raw Parquet: shapes, never meaning.

Belongs here: finding files, reading containers, typing fields, quarantining what cannot be read, keeping
the books, looking up countries and devices. What an event *means* is the dbt project's business; when
things run is orchestration's.
"""
