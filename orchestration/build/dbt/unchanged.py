"""Leaves out those nodes of a dbt run that would find what the last build found.

A node stands if nothing that it reads changed since the published build: a model's table then holds what its
query would give, and a test's last verdict still holds. Whether a relation changed is known only while dbt
runs, from the change logs that incremental models write (macros/incremental/).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from typing import Any

from engines.change_logs import LOGS
from ingestion.ledger import CONTROL_RELATIONS


class UnchangedNodes:
    """Tells which nodes of an incremental dbt run stand as they are.

    manifest: dbt's parsed project. has_rows: whether a relation, named as in SQL, has rows; True if there is
        no such relation. tested: ids of the tests whose last verdict is known; any other test is run.
    """

    def __init__(self, manifest: Any, has_rows: Callable[[str], bool], tested: Collection[str]) -> None:
        self.manifest = manifest
        self._has_rows = has_rows
        self._tested = tested
        self._changed: dict[str, bool] = {}
        #: Ids of the nodes that were found to stand.
        self.standing: set[str] = set()
        #: Relations of models that did not change, as `database.schema.table`; set by `conclude`.
        self.relations: list[str] = []

    def stands(self, node: Any) -> bool:
        """Whether a node need not run; asked of each node when all that it reads is done."""
        if node.resource_type == "test" and node.unique_id not in self._tested:
            return False
        if any(map(self._is_changed, node.depends_on.nodes)):
            return False
        self._changed[node.unique_id] = False
        self.standing.add(node.unique_id)
        return True

    def conclude(self) -> None:
        """List the relations that did not change, after the run."""
        models = [node for node in self.manifest.nodes.values() if node.resource_type == "model"]
        self.relations = sorted(relation_of(node) for node in models if not self._is_changed(node.unique_id))

    def _is_changed(self, unique_id: str) -> bool:
        if unique_id not in self._changed:
            self._changed[unique_id] = self._finds_change(unique_id)
        return self._changed[unique_id]

    def _finds_change(self, unique_id: str) -> bool:
        if source := self.manifest.sources.get(unique_id):
            # The ledger's tables say what was read of every file, and a build comes of new files.
            return source.name in CONTROL_RELATIONS or self._has_rows(source.relation_name)
        node = self.manifest.nodes.get(unique_id)
        if node is None or node.resource_type == "seed":
            return node is None  # a changed seed changes the fingerprint, and then everything is made anew
        if node.config.materialized == "view":
            return self._view_changes(node)
        if is_incremental(node):
            return self._has_rows(f'"{_database_of(node)}"."{LOGS}"."{node.alias}"')
        if node.config.meta.get("follows"):
            return self._has_rows(node.relation_name)  # a list of what is touched for others
        return True  # it was made anew in this run, or it would be known to stand

    def _view_changes(self, view: Any) -> bool:
        """Whether a view gives other rows. A view of records gives none if no record is new, whatever the
        ledger's tables say.
        """
        parents = view.depends_on.nodes
        records = [parent for parent in parents if self._is_record_relation(parent)]
        if records and not any(map(self._is_changed, records)):
            return False
        return any(map(self._is_changed, parents))

    def _is_record_relation(self, unique_id: str) -> bool:
        source = self.manifest.sources.get(unique_id)
        return source is not None and source.name not in CONTROL_RELATIONS


def is_incremental(node: Any) -> bool:
    """Whether a model has a change log."""
    return bool(node.config.materialized == "incremental")


def relation_of(node: Any) -> str:
    """Return the name of a model's relation, as `database.schema.table`."""
    return f"{_database_of(node)}.{node.schema}.{node.alias}"


def _database_of(node: Any) -> str:
    """Return the database of a model; of an engine that has none, that in which DuckDB holds the schema."""
    return str(node.database or ("insights" if node.schema == "marts" else "work"))


@contextlib.contextmanager
def leaving_out(unchanged: UnchangedNodes, result_of: Callable[[Any], Any]) -> Iterator[None]:
    """Let `dbt build` leave out the nodes that stand, while the context lasts.

    dbt offers no way to leave out a node once the run has begun, so its task for `dbt build` is replaced by
    one that asks before it runs a node.

    result_of: gets each node that stands, and returns its result with dbt's `status` and a `message`.
    """
    import dbt.task.build
    from dbt.artifacts.schemas.results import RunStatus, TestStatus
    from dbt.artifacts.schemas.run import RunResult

    ordinary = dbt.task.build.BuildTask

    class BuildOfChanges(ordinary):  # type: ignore[misc, valid-type]
        def call_runner(self, runner: Any) -> Any:
            node = runner.node
            if runner.skip or not unchanged.stands(node):
                return super().call_runner(runner)
            result = result_of(node)
            is_test = node.resource_type == "test"
            status = TestStatus(result.status) if is_test else RunStatus.Success
            return RunResult.from_node(node, status, result.message)

        def after_run(self, adapter: Any, results: Any) -> None:
            unchanged.conclude()  # dbt's connections are still open
            super().after_run(adapter, results)

    dbt.task.build.BuildTask = BuildOfChanges
    try:
        yield
    finally:
        dbt.task.build.BuildTask = ordinary
