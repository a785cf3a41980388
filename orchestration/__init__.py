"""Order and time: what runs when, what is published, and the command line on top.

Belongs here: Dagster definitions, running dbt, publishing, commands. Does not belong here: how a provider
writes its files (`ingestion/`), what an event means (`dbt_project/`), what tables promise (`expectations/`).
"""
