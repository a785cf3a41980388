"""Records the statements that dbt sends to the database, to send them again without dbt.

Nine tenths of a small build are dbt's own Python. What it sends depends on the project, the variables and
which tables exist, not on their rows; `tests/reliability/experiments/test_worlds.py` checks that.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from engines.duckdb import DuckDbEngine
from ingestion.config import Config
from orchestration import settings
from orchestration.build import intake
from orchestration.build.dbt import verdicts
from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.build.dbt.unchanged import UnchangedNodes
from orchestration.build.dbt.verdicts import NodeResult
from orchestration.errors import TouchpointError
from orchestration.home import Home

UTC = "UTC"
#: Stands in a recording for every other time zone; no world uses it.
ANY_OTHER_ZONE = "Pacific/Chatham"


class Kind(StrEnum):
    """The kinds of builds that `orchestration/build/plan.py` distinguishes."""

    FIRST = "first"  # everything, into an empty home
    INCREMENTAL = "added"  # what is new
    RESUMED = "resumed"  # what is new, after a build that did not reach publication
    FULL_REFRESH = "anew"  # everything, over what is there


@dataclass(frozen=True)
class Node:
    """A model or seed and the statements that build it, in one transaction."""

    name: str
    statements: tuple[str, ...]

    @property
    def view(self) -> str | None:
        """The statement that creates it, if it is a view."""
        first = self.statements[0]
        return first if first.lower().startswith("create view") else None


@dataclass(frozen=True)
class Project:
    """What `UnchangedNodes` needs to know of dbt's parsed project: models and sources by id."""

    nodes: dict[str, Any] = field(repr=False)
    sources: dict[str, Any] = field(repr=False)

    def model_named(self, name: str) -> Any | None:
        """Return the model of this name; None for anything else that dbt ran."""
        return next((model for model in self.nodes.values() if model.name == name), None)


@dataclass(frozen=True)
class Recording:
    """One build: its nodes in an order in which dbt ran them, and its tests, which must return no rows.

    Every model is in it, also those that a build of the same files would leave out.
    """

    nodes: tuple[Node, ...] = field(repr=False)
    tests: dict[str, str] = field(default_factory=dict, repr=False)
    project: Project = field(default_factory=lambda: Project({}, {}), repr=False)

    def in_zone(self, zone: str) -> Recording:
        """Return the same recording in another reporting time zone."""

        def moved(text: str) -> str:
            return text.replace(f"'{ANY_OTHER_ZONE}'", f"'{zone}'")

        return Recording(
            tuple(Node(node.name, tuple(map(moved, node.statements))) for node in self.nodes),
            {name: moved(text) for name, text in self.tests.items()},
            self.project,
        )


Recordings = dict[Kind, Recording]
RecordingsByZone = Mapping[str, Recordings]

#: Asks whether a model has touched cells. A recording holds what is sent if it has: it is for any data.
_TOUCHED = re.compile(r'select 1\s+from "\w+__touched"\s+limit 1')
_COMMENT = re.compile(r"^\s*/\*.*?\*/\s*", re.DOTALL)
_NODE = re.compile(r'"node_id": "([^"]+)"')
#: The name of a relation under construction ends with the time.
_STAMP = re.compile(r"(__dbt_tmp)\d{10,}")
_TEMPORARY = re.compile(r'create\s+temporary\s+table\s+("[^"]+")', re.IGNORECASE)
_WRITES = frozenset({"create", "alter", "drop", "insert", "delete", "copy", "truncate"})
#: The node of statements that create schemas, before any other node.
_SETUP = "before"


def record(folder: Path, landing: Path, zone: str, kinds: tuple[Kind, ...]) -> Recordings:
    """Record builds of a landing zone, one after the other in one home; the first kind must be FIRST."""
    config = Config(reporting_time_zone=zone)
    home = Home(folder / "home")
    home.build.mkdir(parents=True)
    intake.land(
        home, str(landing), config, feeds=None, from_day=None, to_day=None, progress=lambda _words: None
    )
    assert kinds[0] is Kind.FIRST, "there is nothing to add to in an empty home"
    return {kind: _record(home, zone, kind) for kind in kinds}


def for_zone(recordings: RecordingsByZone, zone: str) -> Recordings:
    """Return what dbt would send in a time zone. UTC has its own recording because it needs no conversion."""
    if zone in recordings:
        return recordings[zone]
    return {kind: recording.in_zone(zone) for kind, recording in recordings[ANY_OTHER_ZONE].items()}


def _record(home: Home, zone: str, kind: Kind) -> Recording:
    everything = kind in (Kind.FIRST, Kind.FULL_REFRESH)
    DuckDbEngine(home.root).expose(everything=everything)
    dbt = Dbt(home)
    with _recorded_statements() as recorded, mock.patch.object(UnchangedNodes, "stands", return_value=False):
        results = dbt.build(
            Variables(zone, resume_interrupted_build=kind is Kind.RESUMED),
            full_refresh=everything,
            progress=lambda _words: None,
        )
    if broken := verdicts.broken_models(results):
        raise TouchpointError(f"recording a build of kind {kind}: {broken}")
    return _to_recording(recorded, results, _project(dbt.manifest))


@contextmanager
def _recorded_statements() -> Iterator[list[tuple[str, str]]]:
    """Yield a list to which every statement is added as it is executed, with its node."""
    settings.keep_tools_quiet()
    from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper

    recorded: list[tuple[str, str]] = []
    at_work = threading.local()
    execute = DuckDBCursorWrapper.execute

    def execute_and_record(cursor: Any, sql: str, bindings: Any = None) -> Any:
        # A statement without the comment that names a node belongs to the node its thread works on.
        if found := _NODE.search(sql):
            at_work.node = found[1]
        elif _COMMENT.match(sql):
            at_work.node = _SETUP
        assert bindings is None, f"a statement with values of its own cannot be sent again: {sql}"
        if _TOUCHED.search(sql):
            return execute(cursor, "select 1")
        recorded.append((getattr(at_work, "node", _SETUP), sql))
        return execute(cursor, sql, bindings)

    DuckDBCursorWrapper.execute = execute_and_record
    try:
        yield recorded
    finally:
        DuckDBCursorWrapper.execute = execute


def _project(manifest: Any) -> Project:
    """Return the parts of dbt's parsed project that another process can be given."""
    models = {
        unique_id: SimpleNamespace(
            unique_id=unique_id,
            name=node.name,
            resource_type=str(node.resource_type),
            depends_on=SimpleNamespace(nodes=list(getattr(node.depends_on, "nodes", ()))),
            config=SimpleNamespace(
                materialized=node.config.materialized, meta=dict(getattr(node.config, "meta", {}))
            ),
            relation_name=node.relation_name,
            database=node.database,
            schema=node.schema,
            alias=node.alias,
        )
        for unique_id, node in manifest.nodes.items()
        if node.resource_type in ("model", "seed")
    }
    sources = {
        unique_id: SimpleNamespace(name=source.name, relation_name=source.relation_name)
        for unique_id, source in manifest.sources.items()
    }
    return Project(models, sources)


def _to_recording(recorded: list[tuple[str, str]], results: list[NodeResult], project: Project) -> Recording:
    blocking = {node.unique_id for node in results if node.severity == "error"}
    # Nodes in order of their end: those that a node reads ended before it began.
    by_node: dict[str, list[str]] = {}
    for node, sql in recorded:
        statements = by_node.pop(node, [])
        by_node[node] = [*statements, _STAMP.sub(r"\1", _COMMENT.sub("", sql)).strip()]
    nodes = [
        Node(name.rpartition(".")[2], tuple(_writes(statements)))
        for name, statements in by_node.items()
        if not name.startswith("test.")
    ]
    nodes.sort(key=lambda node: node.name != _SETUP)
    tests = {
        name.split(".")[2]: next(sql for sql in statements if "dbt_internal_test" in sql)
        for name, statements in by_node.items()
        if name.startswith("test.") and name in blocking
    }
    return Recording(tuple(node for node in nodes if node.statements), tests, project)


def _writes(statements: list[str]) -> Iterator[str]:
    """Yield the statements that change the database, then drop temporary tables, which dbt drops with its
    connection."""
    temporary: list[str] = []
    for sql in statements:
        if sql and sql.split(None, 1)[0].lower() in _WRITES:
            yield sql
            temporary.extend(_TEMPORARY.findall(sql))
    yield from (f"drop table {name}" for name in temporary)
