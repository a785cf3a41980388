"""A home with build files in memory, whose builds send recorded statements.

Landing is the real code with a real ledger, and so is every statement of the transformation.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from expectations.check import measured, words_of
from expectations.engine import DuckDb
from expectations.suites import CHECKS
from ingestion.config import Config
from ingestion.landing.raw_layer import expose, mark_published
from ingestion.landing.run import land
from orchestration.build.dbt.unchanged import UnchangedNodes
from reliability.experiments.worlds.recording import Kind, Node, Recordings
from reliability.homes.comparison import differing_cells_of

_EXPECTED = "expected"
_BUILD_FILES = ("work", "insights")


def connect() -> duckdb.DuckDBPyConnection:
    """Return a connection for replicas, set up as in dbt's profile."""
    connection = duckdb.connect(":memory:", config={"threads": 1, "preserve_insertion_order": False})
    connection.execute("set TimeZone = 'UTC'")
    return connection


class Replica:
    """A home. A connection has one at a time: another replica drops the build files of the one before."""

    def __init__(
        self, folder: Path, config: Config, recordings: Recordings, connection: duckdb.DuckDBPyConnection
    ) -> None:
        self.folder = folder
        self.config = config
        self.recordings = recordings
        self.connection = connection
        self._next = Kind.FIRST
        self._views: dict[str, str] = {}
        connection.execute("use memory")
        for name in _BUILD_FILES:
            connection.execute(f"detach database if exists {name}")
            connection.execute(f"attach ':memory:' as {name}")

    def build(
        self, landing: Path, *, full_refresh: bool = False, interrupted_at: float | None = None
    ) -> None:
        """Build what is new in a landing zone. interrupted_at: the share of the models after which to
        stop, None: not."""
        kind = Kind.FULL_REFRESH if full_refresh and self._next is not Kind.FIRST else self._next
        land(self.folder, landing, self.config)
        self.connection.execute("use work")
        expose(self.folder, self.connection, everything=kind in (Kind.FIRST, Kind.FULL_REFRESH))
        self.connection.execute("use insights")
        nodes = self._nodes_to_send(kind)
        if interrupted_at is None:
            self._send(nodes)
            mark_published(self.folder)
            self._next = Kind.INCREMENTAL
        else:
            assert kind in (Kind.INCREMENTAL, Kind.RESUMED), "then the next build makes everything anew"
            sent = int(len(self.recordings[kind].nodes) * interrupted_at)
            self._send(itertools.islice(nodes, sent))
            self._next = Kind.RESUMED

    def _nodes_to_send(self, kind: Kind) -> Iterator[Node]:
        """Yield the nodes of a build, each when those before it are done, but those that the program leaves
        out.
        """
        recording = self.recordings[kind]
        is_of_changes = kind in (Kind.INCREMENTAL, Kind.RESUMED)
        unchanged = UnchangedNodes(recording.project, self._has_rows, ())
        for node in recording.nodes:
            model = recording.project.model_named(node.name)
            if not (is_of_changes and model is not None and unchanged.stands(model)):
                yield node

    def _has_rows(self, relation: str) -> bool:
        try:
            return self.connection.execute(f"select 1 from {relation} limit 1").fetchone() is not None
        except duckdb.CatalogException:
            return True

    def _send(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            # A view whose definition is unchanged is the same view.
            if node.view is not None and self._views.get(node.name) == node.view:
                continue
            for sql in node.statements:
                self.connection.execute(sql)
            if node.view is not None:
                self._views[node.name] = node.view

    def keep_as_expected(self) -> None:
        """Keep what readers would see, to compare later replicas with it."""
        tables = self.connection.execute(
            "select table_name from information_schema.tables "
            "where table_catalog = 'insights' and table_schema = 'marts'"
        ).fetchall()
        self.connection.execute(f"detach database if exists {_EXPECTED}")
        self.connection.execute(f"attach ':memory:' as {_EXPECTED}")
        self.connection.execute(f"create schema {_EXPECTED}.marts")
        for (table,) in tables:
            self.connection.execute(
                f'create table {_EXPECTED}.marts."{table}" as from insights.marts."{table}"'
            )

    def wrong_cells(self) -> dict[str, int]:
        """Return how many cells differ from the kept ones, by table."""
        return differing_cells_of(self.connection, _EXPECTED, "insights")

    def wrong_cells_of(self, published: Path) -> dict[str, int]:
        """Return how many cells of a published file differ from this replica's, by table."""
        self.connection.execute(f"attach '{published}' as published (read_only)")
        try:
            return differing_cells_of(self.connection, "insights", "published")
        finally:
            self.connection.execute("detach published")

    def failed_checks(self) -> list[str]:
        """Return, in words, the failed dbt tests and audit checks that block publishing."""
        failed = [
            f"dbt test {name}: {found[0]} rows"
            for name, sql in self.recordings[self._next].tests.items()
            if (found := self.connection.execute(sql).fetchone()) and found[0]
        ]
        engine = DuckDb(self.connection)
        found_by = {check.name: measured(engine, check.rule) for check in CHECKS if check.kind == "audit"}
        return failed + [
            f"{name}: {words_of(findings)}"
            for name, findings in found_by.items()
            if not all(finding.keeps_bounds for finding in findings)
        ]
