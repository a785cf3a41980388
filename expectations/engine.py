"""Measuring a build with SQL: large tables in, a handful of findings out.

Belongs here: opening the two build files and running probes. Does not belong here: what is measured
(`suites/`) or what is acceptable (`gx/validation.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb

from expectations.check import Check, Finding, Probe

FINDING_COLUMNS = "check_name, subject, observed, at_least, at_most, examples"


def measured(insights_path: Path, work_path: Path, probes: Sequence[Probe]) -> list[Finding]:
    """The findings of every probe; one that cannot run gives each of its checks a finding that says why."""
    databases = {"insights": insights_path, "work": work_path}
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set preserve_insertion_order = false")
        # What does not fit in memory is spilled beside the build, not into whatever folder we run in.
        connection.execute(f"set temp_directory = {_literal(str(insights_path.parent / 'audit_spill'))}")
        for name, path in databases.items():
            if path.exists():
                connection.execute(f"attach {_literal(str(path))} as {name} (read_only)")
        # From here on there are these two databases and nothing else: no file, no network, no way back.
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        return measured_over(connection, probes)


def measured_over(connection: duckdb.DuckDBPyConnection, probes: Sequence[Probe]) -> list[Finding]:
    """The findings over databases `insights` and `work` that a connection holds open already."""
    relations = _relations(connection)
    return [finding for probe in probes for finding in _findings(connection, relations, probe)]


def _findings(
    connection: duckdb.DuckDBPyConnection, relations: frozenset[str], probe: Probe
) -> Iterable[Finding]:
    missing = [name for name in probe.needs if name not in relations]
    if missing:
        return _unmeasurable(probe.checks, f"{' and '.join(missing)} missing from the build")
    try:
        rows = connection.execute(f"select {FINDING_COLUMNS} from ({probe.sql})").fetchall()
    except duckdb.Error as error:
        return _unmeasurable(probe.checks, f"not measurable: {error}")
    return [Finding(*row) for row in rows]


def _unmeasurable(checks: Iterable[Check], reason: str) -> Iterator[Finding]:
    for check in checks:
        yield Finding(check.name, reason, observed=None, at_least=0, at_most=0)


def _relations(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    rows = connection.execute(
        "select table_catalog || '.' || table_schema || '.' || table_name from information_schema.tables"
    ).fetchall()
    return frozenset(name for (name,) in rows)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
