"""Runs builds and publishes them: Dagster definitions, dbt, the command line, programs of make targets."""
