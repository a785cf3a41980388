"""Change logs of builds for tests, and verdicts of checks that are asked of what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb

from engines.change_logs import LOGS, Logged, for_checks
from expectations.check import Check, measured
from expectations.engine import DuckDb
from expectations.narrowing import Changes, Narrowing
from tests.expectations.conftest import Build


def changes_of(logged: Mapping[str, Logged]) -> Changes:
    beside = {name for known in logged.values() for name in known.beside}
    return for_checks(logged, {relation for relation in logged if relation in beside})


def read_by(check: Check, logged: Mapping[str, Logged]) -> set[str]:
    """Return the relations that a check reads, those behind views among them."""
    if check.rule.reads_every_table:
        return set(logged)
    needs = set(check.rule.needs) & logged.keys()
    return needs | {logged[relation].table for relation in needs}


@contextmanager
def attached(build: Build) -> Iterator[tuple[duckdb.DuckDBPyConnection, set[str]]]:
    """Open a build for writing its logs; yield the connection and the build's tables."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for file in build.files:
            connection.execute(f"attach '{file}' as {file.stem}")
            connection.execute(f"create schema {file.stem}.{LOGS}")
        tables = "select concat_ws('.', database_name, schema_name, table_name) from duckdb_tables()"
        yield connection, {name for (name,) in connection.execute(tables).fetchall()}


def write_logs(build: Build, logged: Mapping[str, Logged], where: str) -> None:
    """Log some rows of each table of a build, as if they had changed."""
    with attached(build) as (connection, tables):
        for relation in sorted(tables & logged.keys()):
            known = logged[relation]
            if relation == known.table:
                connection.execute(f"create table {known.log} as select * from {relation} where {where}")


def log_differences(build: Build, sound: Build, logged: Mapping[str, Logged], relations: set[str]) -> None:
    """Log what a broken build has that a sound one has not, and the other way round."""
    with attached(build) as (connection, tables):
        for file in sound.files:
            connection.execute(f"attach '{file}' as sound_{file.stem} (read_only)")
        for relation in sorted(tables & relations):
            known = logged[relation]
            if columns(connection, relation) != columns(connection, f"sound_{relation}"):
                continue  # a table with other columns is made anew
            connection.execute(f"create table if not exists {known.log} as from {known.table} limit 0")
            differing = (
                f"(from {relation} except all from sound_{relation})"
                f" union all (from sound_{relation} except all from {relation})"
            )
            if relation == known.table:
                connection.execute(f"insert into {known.log} {differing}")
            else:
                # A view shows other rows only where rows of its table changed.
                key = ", ".join(known.key)
                rows = f"from {known.table} where ({key}) in (select {key} from ({differing}))"
                connection.execute(f"insert into {known.log} {rows}")


def columns(connection: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    """Return the names of a relation's columns."""
    return [name for name, *_ in connection.execute(f"describe {relation}").fetchall()]


def verdict(engine: DuckDb, check: Check, changes: Changes) -> bool | None:
    """Whether a check is kept, asked of what changed; None if it must be asked of everything."""
    rule = Narrowing(changes, engine).narrowed(check.rule, check.scope)
    if rule is None:
        return None
    findings = measured(engine, rule)
    assert all(finding.observed is not None for finding in findings), findings
    return all(finding.keeps_bounds for finding in findings)
