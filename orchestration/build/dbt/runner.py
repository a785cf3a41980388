"""Runs dbt in this process and gives its results as plain values. dbt is imported late: it costs seconds."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration import settings
from orchestration.build import fingerprint
from orchestration.build.dbt.parsed_project import ParsedProject
from orchestration.build.dbt.verdicts import NodeResult
from orchestration.errors import DbtError
from orchestration.home import Home
from orchestration.settings import VERSION

Progress = Callable[[str], None]

#: The tag of columns that tell of a person.
PERSONAL = "personal"

#: Selects models that are views, without the tests of them.
_VIEWS = "resource_type:model,config.materialized:view"


@dataclass(frozen=True)
class Variables:
    """What a build tells the dbt project."""

    reporting_time_zone: str = "UTC"
    resume_interrupted_build: bool = False

    def as_json(self) -> str:
        """Write them as dbt's --vars takes them."""
        return json.dumps(
            {
                "reporting_time_zone": self.reporting_time_zone,
                "resume_interrupted_build": self.resume_interrupted_build,
            }
        )


def build_arguments(variables: Variables, *, full_refresh: bool, select: Iterable[str] = ()) -> list[str]:
    """Arguments of `dbt build`: everything but unit tests, which belong to CI.

    Seeds and views are part of the project: where they change, so does the fingerprint, and everything is
    made anew. Otherwise the views of the last full build read what is new by themselves; their tests run.
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

    def __init__(self, home: Home, project: Path = settings.DBT_PROJECT) -> None:
        self.home = home
        self.project = project
        self._manifest: Any = None

    @property
    def manifest_path(self) -> Path:
        """Where the parsed project is written."""
        return self.home.dbt / "target" / "manifest.json"

    @property
    def log_path(self) -> Path:
        """What dbt warned of and what went wrong."""
        return self.home.dbt / "logs" / "dbt.log"

    def parse(self, variables: Variables) -> Path:
        """Parse the project, unless it was parsed before as it stands, and write its manifest."""
        name = fingerprint.of_build(self.project, variables.as_json(), f"{VERSION} {version('dbt-core')}")
        kept = ParsedProject(self.project, name)
        self._manifest = kept.load(self.manifest_path)
        if self._manifest is None:
            result = self._invoke(["parse", "--no-partial-parse", "--vars", variables.as_json()], [])
            if not result.success:
                raise DbtError(f"the dbt project in {self.project} does not parse: {_exception(result)}")
            self._manifest = result.result
            kept.keep(self._manifest, self.manifest_path)
        return self.manifest_path

    def build(
        self,
        variables: Variables,
        *,
        full_refresh: bool,
        progress: Progress,
        select: Iterable[str] = (),
        on_node: Callable[[NodeResult], None] | None = None,
    ) -> list[NodeResult]:
        """Run models and tests; a failed node is a result, a failure to run at all is an error.

        Views that are not made again are no results, but are told to `on_node`.

        on_node: called with each result, from dbt's threads as it finishes the node.
        """
        if self._manifest is None:
            self.parse(variables)
        kept = self._views() if not full_refresh and not select else {}
        models = self._models_to_build(set(select), kept)
        finished = _FinishedNodes(self._manifest, models, kept, progress, on_node)
        arguments = build_arguments(variables, full_refresh=full_refresh, select=select)
        result = self._invoke(arguments, [finished])
        if result.result is None:
            raise DbtError(f"dbt could not run: {_exception(result)}. Its log: {self.log_path}")
        finished.tell_rest(result.result)
        return [_result_of(each) for each in result.result]

    def test(
        self, variables: Variables, names: Iterable[str], on_node: Callable[[NodeResult], None]
    ) -> list[NodeResult]:
        """Run the tests of these names over the tables as they are, and nothing else.

        on_node: called with each result, from dbt's threads as it finishes the test.
        """
        if self._manifest is None:
            self.parse(variables)
        finished = _FinishedNodes(self._manifest, 0, {}, lambda _: None, on_node)
        result = self._invoke(
            ["test", "--vars", variables.as_json(), "--indirect-selection", "empty", "--select", *names],
            [finished],
        )
        if result.result is None:
            raise DbtError(f"dbt could not run: {_exception(result)}. Its log: {self.log_path}")
        finished.tell_rest(result.result)
        return [_result_of(each) for each in result.result]

    def _models_to_build(self, select: set[str], kept: Collection[str]) -> int:
        """Count the models that `build_arguments` lets dbt build."""
        models = [node for node in self._manifest.nodes.values() if node.resource_type == "model"]
        return sum(node.name in select for node in models) if select else len(models) - len(kept)

    def _views(self) -> dict[str, Any]:
        """Give the models that are views, by their ids."""
        return {
            unique_id: node
            for unique_id, node in self._manifest.nodes.items()
            if node.resource_type == "model" and node.config.materialized == "view"
        }

    def personal_columns(self, variables: Variables) -> dict[str, frozenset[str]]:
        """Columns that the project tags as personal, by published table."""
        if self._manifest is None:
            self.parse(variables)
        return {
            node.name: frozenset(name for name, column in node.columns.items() if PERSONAL in column.tags)
            for node in self._manifest.nodes.values()
            if node.resource_type == "model" and node.schema == "marts"
        }

    def write_docs(self, variables: Variables) -> Path:
        """Write the data dictionary as one self-contained page."""
        result = self._invoke(["docs", "generate", "--static", "--vars", variables.as_json()], [])
        if not result.success:
            raise DbtError(f"dbt docs failed: {_exception(result)}. Its log: {self.log_path}")
        return self.home.dbt / "target" / "static_index.html"

    def _invoke(self, arguments: list[str], callbacks: list[Any]) -> Any:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        settings.point_dbt_at(self.home.build)
        self.home.dbt.mkdir(parents=True, exist_ok=True)
        where = [
            *("--project-dir", str(self.project), "--profiles-dir", str(self.project)),
            *("--target-path", str(self.home.dbt / "target"), "--log-path", str(self.log_path.parent)),
            # dbt writes every line before it looks at the level, a tenth of a small build: `_Complaints`
            # writes what is worth reading.
            *("--log-level", "none", "--log-level-file", "none"),
            *("--no-print", "--no-send-anonymous-usage-stats"),
        ]
        listener = _Listener([_Complaints(self.log_path), *callbacks])
        runner = dbtRunner(manifest=self._manifest, callbacks=[listener])
        try:
            result = runner.invoke([*arguments, *where])
            if listener.trouble is not None:
                raise listener.trouble
            return result
        finally:
            # The adapter keeps the build files open for writing; nobody could read them in this process.
            DuckDBConnectionManager.close_all_connections()


class _Listener:
    """Passes events on, and keeps what stops it for afterwards.

    dbt calls from the threads that run models. One that dies of a full disk never reports its model, and dbt
    waits for it for ever.
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
        # Whatever it is, it is raised again where nobody waits for this thread.
        except Exception as error:
            self.trouble = error


class _Complaints:
    """Writes dbt's warnings and errors to a file, one to a line or more."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def __call__(self, event: Any) -> None:
        if event.info.level not in ("warn", "error"):
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"{event.info.ts.ToJsonString()} [{event.info.level}] {event.info.msg}\n")


class _FinishedNodes:
    """Passes on each node that dbt has finished, and says now and then how many models are done.

    dbt calls it from several threads at once; nodes are passed on one at a time.

    kept: views that are not made again, by their ids; each is passed on before what reads it.
    """

    def __init__(
        self,
        manifest: Any,
        models: int,
        kept: Mapping[str, Any],
        progress: Progress,
        on_node: Callable[[NodeResult], None] | None,
    ) -> None:
        self._manifest = manifest
        self._models = models
        self._kept = dict(kept)
        self._progress = progress
        self._is_heard = on_node is not None
        self._on_node = on_node or (lambda _: None)
        self._done = 0
        self._told: set[str] = set()
        self._one_at_a_time = threading.Lock()

    def __call__(self, event: Any) -> None:
        if event.info.name != "NodeFinished":
            return
        node = self._manifest.nodes.get(event.data.node_info.unique_id)
        if node is None:
            return  # an exposure
        # Made before: whoever waits for the database must not keep the other threads waiting.
        result = self._result(node, event.data.run_result) if self._is_heard else None
        with self._one_at_a_time:
            if result is not None:
                self._tell(node, result)
            if node.resource_type == "model":
                self._count_model()

    def _result(self, node: Any, outcome: Any) -> NodeResult:
        result = _node_result(
            node, outcome.status, outcome.message, outcome.num_failures, outcome.execution_time
        )
        return dataclasses.replace(result, rows=_rows_of(node) if result.is_good else None)

    def _count_model(self) -> None:
        self._done += 1
        if self._done % 10 == 0 or self._done == self._models:
            self._progress(f"transformed {self._done} of {self._models} models")

    def tell_rest(self, results: Iterable[Any]) -> None:
        """Pass on what dbt did not report: the nodes that it skipped, and views that nothing reads."""
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
                self._on_node(
                    NodeResult(view.unique_id, view.name, "model", "kept", "", None, 0.0, "error", None)
                )


def _rows_of(node: Any) -> int | None:
    """Count the rows of a table that dbt just made, through dbt's own connection: nobody else may open it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    if node.resource_type == "test" or node.config.materialized == "view":
        return None
    with DuckDBConnectionManager.env().conn.cursor() as cursor:
        row = cursor.execute(f"select count(*) from {node.relation_name}").fetchone()
    return int(row[0])


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
