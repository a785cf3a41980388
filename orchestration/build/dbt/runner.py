"""Runs dbt in this process and gives its results as plain values. dbt is imported late: it costs seconds."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from engines.change_logs import Logged
from engines.duckdb import DuckDbEngine
from engines.engine import Engine, PublishedTable
from orchestration import settings
from orchestration.build import fingerprint
from orchestration.build.dbt import verdicts
from orchestration.build.dbt.parsed_project import ParsedProject
from orchestration.build.dbt.spared import NODE_FINISHED, spare_empty_tables, spare_messages
from orchestration.build.dbt.unchanged import UnchangedNodes, is_incremental, leaving_out, relation_of
from orchestration.build.dbt.verdicts import NodeResult
from orchestration.errors import DbtError
from orchestration.home import Home
from orchestration.settings import VERSION

Progress = Callable[[str], None]

#: The tag of columns with personal data.
PERSONAL = "personal"

#: Selects models that are views, without their tests.
_VIEWS = "resource_type:model,config.materialized:view"


@dataclass(frozen=True)
class Variables:
    """The variables that a build passes to the dbt project."""

    reporting_time_zone: str = "UTC"
    resume_interrupted_build: bool = False

    def as_json(self) -> str:
        """Return the variables as JSON for dbt's --vars."""
        return json.dumps(
            {
                "reporting_time_zone": self.reporting_time_zone,
                "resume_interrupted_build": self.resume_interrupted_build,
            }
        )


def build_arguments(variables: Variables, *, full_refresh: bool, select: Iterable[str] = ()) -> list[str]:
    """Return the arguments of `dbt build`: everything but unit tests, which belong to CI.

    A build that only adds rows skips seeds and views, but runs the views' tests: the views of the last full
    build read the new rows. If a seed or view changes, so does the fingerprint, and everything is built anew.
    """
    arguments = ["build", "--exclude-resource-type", "unit_test", "--vars", variables.as_json()]
    chosen = sorted(select)
    if chosen:
        arguments += ["--select", *chosen]
    if full_refresh:
        return [*arguments, "--full-refresh"]
    arguments += ["--exclude-resource-type", "seed"]
    if not chosen:
        arguments += ["--indirect-selection", "empty", "--exclude", _VIEWS]
    return arguments


class Dbt:
    """The dbt project, run against one home."""

    def __init__(
        self, home: Home, project: Path = settings.DBT_PROJECT, engine: Engine | None = None
    ) -> None:
        self.home = home
        self.project = project
        self.engine = engine or DuckDbEngine(home.root)
        #: dbt's parsed project; None before `parse`.
        self.manifest: Any = None
        #: Relations, as `database.schema.table`, that the last build by this object did not change.
        self.unchanged: list[str] = []

    @property
    def manifest_path(self) -> Path:
        """Path to which the parsed project is written."""
        return self.home.dbt / "target" / "manifest.json"

    @property
    def log_path(self) -> Path:
        """Path of the file with dbt's warnings and errors."""
        return self.home.dbt / "logs" / "dbt.log"

    def parse(self, variables: Variables) -> Path:
        """Parse the project unless the cache has the current one; write its manifest and return its path."""
        name = fingerprint.of_build(self.project, variables.as_json(), self._versions)
        kept = ParsedProject(self.project, name)
        self.manifest = kept.load(self.manifest_path)
        if self.manifest is None:
            result = self._invoke(["parse", "--no-partial-parse", "--vars", variables.as_json()], [])
            if not result.success:
                raise DbtError(f"the dbt project in {self.project} does not parse: {_exception(result)}")
            self.manifest = result.result
            kept.keep(self.manifest, self.manifest_path)
        return self.manifest_path

    @property
    def _versions(self) -> str:
        return f"{VERSION} {version('dbt-core')} {self.engine.target}"

    def build(
        self,
        variables: Variables,
        *,
        full_refresh: bool,
        progress: Progress,
        select: Iterable[str] = (),
        on_node: Callable[[NodeResult], None] | None = None,
    ) -> list[NodeResult]:
        """Run models and tests; return a result per node. Raise `DbtError` only if dbt could not run at all.

        Views that are not rebuilt have no result, but are passed to `on_node`.

        on_node: called with each result, from dbt's threads as it finishes the node.
        """
        if self.manifest is None:
            self.parse(variables)
        is_of_changes = not full_refresh and not select
        kept = self._views() if is_of_changes else {}
        models = self._models_to_build(set(select), kept)
        finished = _FinishedNodes(self.manifest, models, kept, progress, on_node, self._rows_of)
        arguments = build_arguments(variables, full_refresh=full_refresh, select=select)
        arguments += ["--threads", str(self.engine.models_at_once(everything=full_refresh))]
        known = verdicts.read(self._verdicts_path)
        unchanged = UnchangedNodes(self.manifest, self.engine.has_rows, known)

        troubles: list[Exception] = []

        def verdict(node: Any) -> NodeResult:
            last = known.get(node.unique_id)
            return dataclasses.replace(last, seconds=0.0) if last else verdicts.kept(node)

        def standing(node: Any) -> NodeResult:
            result = verdict(node)
            try:
                finished.tell_standing(node, result)
            # Keep any error and raise it after the run: it would end dbt's thread, and dbt would never end.
            except Exception as error:
                troubles.append(error)
            return result

        with leaving_out(unchanged, standing) if is_of_changes else contextlib.nullcontext():
            result = self._invoke(arguments, [finished])
        if troubles:
            raise troubles[0]
        if result.result is None:
            raise DbtError(f"dbt could not run: {_exception(result)}. Its log: {self.log_path}")
        finished.tell_rest(result.result)
        nodes = [
            verdict(each.node) if each.node.unique_id in unchanged.standing else _result_of(each)
            for each in result.result
        ]
        self.unchanged = unchanged.relations
        if not select:
            verdicts.write(self._verdicts_path, nodes)
        return nodes

    def _rows_of(self, node: Any) -> int | None:
        """Return the row count of a table that dbt just built; None of a view or test."""
        if node.resource_type == "test" or node.config.materialized == "view":
            return None
        return self.engine.count_rows(node.relation_name)

    @property
    def _verdicts_path(self) -> Path:
        return self.home.dbt / "verdicts.json"

    def test(
        self, variables: Variables, names: Iterable[str], on_node: Callable[[NodeResult], None]
    ) -> list[NodeResult]:
        """Run tests over all rows of the tables as they are; change no table.

        names: the tests to run; without any, all of them run, and the next build takes their verdicts as
            known. on_node: called with each result, from dbt's threads as it finishes the test.
        """
        if self.manifest is None:
            self.parse(variables)
        finished = _FinishedNodes(self.manifest, 0, {}, lambda _: None, on_node, self._rows_of)
        chosen = list(names)
        select = ["--indirect-selection", "empty", "--select", *chosen] if chosen else []
        result = self._invoke(
            ["test", "--exclude-resource-type", "unit_test", "--vars", variables.as_json(), *select],
            [finished],
        )
        if result.result is None:
            raise DbtError(f"dbt could not run: {_exception(result)}. Its log: {self.log_path}")
        finished.tell_rest(result.result)
        nodes = [_result_of(each) for each in result.result]
        if not chosen:
            verdicts.write(self._verdicts_path, nodes)
        return nodes

    def _models_to_build(self, select: set[str], kept: Collection[str]) -> int:
        """Return the number of models that dbt builds with `build_arguments`."""
        models = [node for node in self.manifest.nodes.values() if node.resource_type == "model"]
        return sum(node.name in select for node in models) if select else len(models) - len(kept)

    def _views(self) -> dict[str, Any]:
        """Return the models that are views, by their ids."""
        return {
            unique_id: node
            for unique_id, node in self.manifest.nodes.items()
            if node.resource_type == "model" and node.config.materialized == "view"
        }

    def personal_columns(self, variables: Variables) -> dict[str, frozenset[str]]:
        """Return the columns that the project tags as personal, by published table."""
        if self.manifest is None:
            self.parse(variables)
        return {
            node.name: frozenset(name for name, column in node.columns.items() if PERSONAL in column.tags)
            for node in self.manifest.nodes.values()
            if node.resource_type == "model" and node.schema == "marts"
        }

    def logged(self, variables: Variables) -> dict[str, Logged]:
        """Return the relations whose changes are logged, by their names as `database.schema.table`.

        These are incremental models, and views that say whose rows they show (`meta.rows_of`).
        """
        if self.manifest is None:
            self.parse(variables)
        models = [node for node in self.manifest.nodes.values() if node.resource_type == "model"]
        tables = {
            node.name: Logged(relation_of(node), _key_of(node)) for node in models if is_incremental(node)
        }
        views = [node for node in models if node.config.meta.get("rows_of")]
        shown = {relation_of(view): self._shown(view, tables[view.config.meta["rows_of"]]) for view in views}
        return {known.table: known for known in tables.values()} | shown

    def _shown(self, view: Any, table: Logged) -> Logged:
        reads = [relation_of(self.manifest.nodes[parent]) for parent in view.depends_on.nodes]
        return dataclasses.replace(table, beside=tuple(name for name in reads if name != table.table))

    def published_tables(self, variables: Variables) -> list[PublishedTable]:
        """Return the tables and views of schema `marts`, with their columns."""
        if self.manifest is None:
            self.parse(variables)
        return [
            PublishedTable(
                node.name,
                node.description,
                {name: (column.data_type, column.description) for name, column in node.columns.items()},
                is_view=node.config.materialized == "view",
            )
            for node in self.manifest.nodes.values()
            if node.resource_type == "model" and node.schema == "marts"
        ]

    def _invoke(self, arguments: list[str], callbacks: list[Any]) -> Any:
        from dbt.cli.main import dbtRunner

        spare_messages()
        spare_empty_tables()
        if arguments[0] != "parse":
            self.engine.prepare_dbt()
        self.home.dbt.mkdir(parents=True, exist_ok=True)
        where = [
            *("--project-dir", str(self.project), "--profiles-dir", str(self.project)),
            *("--target", self.engine.target),
            *("--target-path", str(self.home.dbt / "target"), "--log-path", str(self.log_path.parent)),
            # Switch dbt's log file off: dbt formats every line before it checks the level, a tenth of a small
            # build's time. `_Complaints` writes warnings and errors instead.
            *("--log-level", "none", "--log-level-file", "none"),
            *("--no-print", "--no-send-anonymous-usage-stats"),
            # dbt would write its manifest twice, which takes seconds; `parse` has written it.
            *(() if arguments[0] in ("parse", "docs") else ("--no-write-json",)),
        ]
        listener = _Listener([_Complaints(self.log_path), *callbacks])
        runner = dbtRunner(manifest=self.manifest, callbacks=[listener])
        try:
            result = runner.invoke([*arguments, *where])
            if listener.trouble is not None:
                raise listener.trouble
            return result
        finally:
            self.engine.release()


class _Listener:
    """Passes dbt's events on to a function; if that raises, keeps the error to raise it after the run.

    dbt calls it in the threads that run models. If such a thread died (of a full disk, say), it would never
    report its model, and dbt would wait for ever.
    """

    def __init__(self, callbacks: Sequence[Callable[[Any], None]]) -> None:
        self._callbacks = callbacks
        self.trouble: Exception | None = None

    def __call__(self, event: Any) -> None:
        if self.trouble is not None:
            return
        try:
            for callback in self._callbacks:
                callback(event)
        # Keep any error: it is raised again after the run, when no thread waits for this one.
        except Exception as error:
            self.trouble = error


class _Complaints:
    """Writes dbt's warnings and errors to a file."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def __call__(self, event: Any) -> None:
        if event.info.level not in ("warn", "error"):
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"{event.info.ts.ToJsonString()} [{event.info.level}] {event.info.msg}\n")


class _FinishedNodes:
    """Passes each node that dbt finishes to `on_node`, and reports at times how many models are done.

    dbt calls it from several threads at once; nodes are passed on one at a time.

    kept: views that are not rebuilt, by their ids; each is passed on before the models that read it.
    """

    def __init__(
        self,
        manifest: Any,
        models: int,
        kept: Mapping[str, Any],
        progress: Progress,
        on_node: Callable[[NodeResult], None] | None,
        rows_of: Callable[[Any], int | None],
    ) -> None:
        self._manifest = manifest
        self._rows_of = rows_of
        self._models = models
        self._kept = dict(kept)
        self._progress = progress
        self._is_heard = on_node is not None
        self._on_node = on_node or (lambda _: None)
        self._done = 0
        self._told: set[str] = set()
        self._one_at_a_time = threading.Lock()

    def __call__(self, event: Any) -> None:
        if event.info.name != NODE_FINISHED:
            return
        node = self._manifest.nodes.get(event.data.node_info.unique_id)
        if node is None:
            return  # an exposure
        # Count the rows before taking the lock: a thread that waits for the database must not hold up the
        # others.
        result = self._result(node, event.data.run_result) if self._is_heard else None
        with self._one_at_a_time:
            if result is not None:
                self._tell(node, result)
            if node.resource_type == "model":
                self._count_model()

    def tell_standing(self, node: Any, result: NodeResult) -> None:
        """Pass on a node that stands as it is."""
        with self._one_at_a_time:
            if self._is_heard:
                self._tell(node, result)
            if node.resource_type == "model":
                self._count_model()

    def _result(self, node: Any, outcome: Any) -> NodeResult:
        result = _node_result(
            node, outcome.status, outcome.message, outcome.num_failures, outcome.execution_time
        )
        return dataclasses.replace(result, rows=self._rows_of(node) if result.is_good else None)

    def _count_model(self) -> None:
        self._done += 1
        if self._done % 10 == 0 or self._done == self._models:
            self._progress(f"transformed {self._done} of {self._models} models")

    def tell_rest(self, results: Iterable[Any]) -> None:
        """Pass on the nodes that dbt did not report: those that it skipped, and views that no model reads."""
        if not self._is_heard:
            return
        for result in results:
            if result.node.unique_id not in self._told:
                self._tell(result.node, _result_of(result))
        self._tell_kept(list(self._kept))

    def _tell(self, node: Any, result: NodeResult) -> None:
        self._tell_kept(getattr(node.depends_on, "nodes", ()))
        self._told.add(result.unique_id)
        self._on_node(result)

    def _tell_kept(self, parents: Iterable[str]) -> None:
        for parent in parents:
            if view := self._kept.pop(parent, None):
                self._tell_kept(view.depends_on.nodes)
                self._on_node(verdicts.kept(view))


def _key_of(node: Any) -> tuple[str, ...]:
    key = node.config.unique_key
    return (key,) if isinstance(key, str) else tuple(key or ())


def _result_of(result: Any) -> NodeResult:
    return _node_result(result.node, result.status, result.message, result.failures, result.execution_time)


def _node_result(
    node: Any, status: Any, message: str | None, failures: int | None, seconds: float
) -> NodeResult:
    severity = getattr(node.config, "severity", None) or "error"
    attached = getattr(node, "attached_node", None)
    if attached is None and node.resource_type == "test" and node.depends_on.nodes:
        attached = node.depends_on.nodes[0]
    return NodeResult(
        unique_id=node.unique_id,
        name=node.name,
        resource_type=str(node.resource_type),
        status=str(status),
        message=(message or "").strip(),
        failures=failures,
        seconds=seconds,
        severity=severity.lower(),
        table=attached.split(".")[2] if attached else None,
    )


def _exception(result: Any) -> str:
    return str(result.exception or "no reason given").strip()
