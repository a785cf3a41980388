"""How many rows a build writes, compared with how many are new.

Counted are the rows that dbt inserts and deletes in every table of both build files; a table that is built
again counts whole, views have no rows. Temporary tables hold what a model computes before it is compared with
what is stored: they are counted too, with a limit of their own.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from reliability.builds.late_events import PREFIX, hold_back
from reliability.outcome import Outcome, Say

#: One in 130 of the events that can be held back is a little over 0.5 % of all events.
ONE_IN = 130
#: The largest share of a full build's rows that a build of few events may write, without and with temporary
#: tables.
LIMIT = 0.05
LIMIT_WITH_SCRATCH = 0.13

_NODE = re.compile(r'"node_id": "(?:model|seed|test)\.\w+\.(\w+)')
_SCRATCH = re.compile(r"create\s+(or\s+replace\s+)?temp", re.IGNORECASE)


@dataclass
class RowsWritten:
    """Rows that a build wrote, by model. kept: in tables that stay. scratch: in temporary tables."""

    kept: Counter[str] = field(default_factory=Counter)
    scratch: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All rows, those of temporary tables included."""
        return self.kept.total() + self.scratch.total()

    def most(self, models: int = 5) -> str:
        """Return the models that wrote most, in words."""
        found = (self.kept + self.scratch).most_common(models)
        return ", ".join(f"{model} {rows:,}" for model, rows in found)


@contextlib.contextmanager
def counted() -> Iterator[RowsWritten]:
    """Count what dbt writes in this process."""
    from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper

    written = RowsWritten()
    lock = threading.Lock()
    execute = DuckDBCursorWrapper.execute

    def execute_and_count(self: Any, sql: str, bindings: Any = None) -> Any:
        if bindings is not None:
            return execute(self, sql, bindings)
        # The engine reports the rows of a query's last statement only, and a model's query has several.
        result: Any = None
        for statement in duckdb.extract_statements(sql):
            result = execute(self, statement)
            rows = _rows(statement, result)
            if rows:
                counter = written.scratch if _SCRATCH.search(statement.query) else written.kept
                with lock:
                    counter[_model(sql)] += rows
        return result

    DuckDBCursorWrapper.execute = execute_and_count
    try:
        yield written
    finally:
        DuckDBCursorWrapper.execute = execute


def _rows(statement: duckdb.Statement, result: Any) -> int:
    """Return how many rows a statement inserted, updated or deleted."""
    if duckdb.ExpectedResultType.CHANGED_ROWS not in statement.expected_result_type:
        return 0
    if not result.description or result.description[0][0] != "Count":
        return 0
    row = result.fetchone()
    return int(row[0]) if row else 0


def _model(sql: str) -> str:
    """Return the model, from the comment that dbt puts before each of its queries."""
    found = _NODE.search(sql)
    return found.group(1) if found else "dbt itself"


@dataclass(frozen=True)
class Measure:
    """A full build, and one of a few late events after it."""

    full: RowsWritten
    late: RowsWritten
    #: Late events as a share of all landed events.
    share_of_events: float

    @property
    def share_of_rows(self) -> float:
        """Rows written for the late events as a share of those of the full build."""
        return self.late.kept.total() / self.full.kept.total()

    @property
    def share_with_scratch(self) -> float:
        """The same with the rows of temporary tables."""
        return self.late.total / self.full.total


def measure(landing: Path, home: Path, *, one_in: int = ONE_IN) -> Measure:
    """Build a landing zone without a few of its events, then with them; RuntimeError where a build fails."""
    late = landing.with_name("late")
    hold_back(landing, late, one_in)
    full = _build(landing, home)
    shutil.copytree(late, landing, dirs_exist_ok=True)
    return Measure(full, _build(landing, home), _share_of_events(home / "published" / "insights.duckdb"))


def _build(landing: Path, home: Path) -> RowsWritten:
    from orchestration.cli.arguments import main

    with counted() as written:
        code = main(["build", "--landing", str(landing), "--home", str(home)])
    if code:
        raise RuntimeError(f"touchpoint build of {landing} ended with {code}")
    return written


def _share_of_events(insights: Path) -> float:
    with duckdb.connect(str(insights), read_only=True) as connection:
        row = connection.execute(
            f"""
            select sum(records_landed) filter (file similar to '(.*/)?{PREFIX}\\d+') / sum(records_landed)
            from marts.build_files where feed <> 'crm'
            """
        ).fetchone()
    assert row is not None
    return float(row[0] or 0)


def run(size: int, seed: int, folder: Path, say: Say) -> list[Outcome]:
    """Measure a simulated world of `size` contacts over 30 days."""
    from simulator import simulate

    begun = time.monotonic()
    landing = folder / "landing"
    simulate(landing, contacts=size, days=30, seed=seed)
    found = measure(landing, folder / "home")
    outcome = Outcome(
        "rows written",
        f"{found.share_of_events:.2%} new events, most of them late: {found.share_of_rows:.2%} of the rows "
        f"of a full build, {found.share_with_scratch:.2%} with scratch tables",
        tried=found.full.total,
        unit="rows",
        seconds=time.monotonic() - begun,
    )
    say(outcome.injected)
    if found.share_of_rows > LIMIT or found.share_with_scratch > LIMIT_WITH_SCRATCH:
        outcome.add_loss(f"too many rows (seed {seed}): {outcome.injected}; most by {found.late.most()}")
    return [outcome]
