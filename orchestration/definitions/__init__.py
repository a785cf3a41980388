"""Dagster definitions: assets, checks, jobs, schedules, resources, put together in `code_location.py`."""
