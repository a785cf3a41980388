"""Landing zone to typed raw Parquet: finds files, reads their records, types fields, quarantines what is
unreadable.

What an event means is decided in the dbt project; when things run, in orchestration.
"""
