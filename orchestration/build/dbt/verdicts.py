"""Results of the dbt project's nodes, as checks and as messages about the build."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from expectations import CheckResult

#: dbt's statuses of nodes that succeeded.
_GOOD = frozenset({"success", "pass", "warn", "no-op", "kept"})
#: dbt's statuses of tests that ran.
_VERDICTS = frozenset({"pass", "warn", "fail"})

QUOTED = 5


@dataclass(frozen=True)
class NodeResult:
    """The result of one model, seed or test.

    `rows`: number of rows of a table that was just built, else None.
    """

    unique_id: str
    name: str
    resource_type: str
    status: str
    message: str
    failures: int | None
    seconds: float
    severity: str
    table: str | None
    rows: int | None = None

    @property
    def is_good(self) -> bool:
        """Whether the node succeeded, without a warning."""
        return self.status in _GOOD


def kept(node: Any) -> NodeResult:
    """Return the result of a model that stands as it is: a view, or a table that nothing new concerns."""
    return NodeResult(node.unique_id, node.name, "model", "kept", "", None, 0.0, "error", None)


def read(path: Path) -> dict[str, NodeResult]:
    """Return the last result of each test by its id; none, so that all run, if the file cannot be read."""
    try:
        return {test["unique_id"]: NodeResult(**test) for test in json.loads(path.read_text("utf-8"))}
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return {}


def write(path: Path, nodes: Iterable[NodeResult]) -> None:
    """Write the verdicts of tests for the next build; tests that could not run have none."""
    tests = [node for node in nodes if node.resource_type == "test" and node.status in _VERDICTS]
    half_written = path.with_suffix(".new")
    half_written.write_text(json.dumps([asdict(test) for test in tests]), encoding="utf-8")
    half_written.replace(path)


def of_dbt_tests(nodes: Sequence[NodeResult]) -> list[CheckResult]:
    """Return each dbt test as a check: with severity error an audit check, with warn an arrival check."""
    return [_check(node) for node in nodes if node.resource_type == "test"]


def broken_models(nodes: Sequence[NodeResult]) -> str | None:
    """Return a message that names the models that failed; None if none did.

    Models skipped after a red test have not failed.
    """
    broken = [node for node in nodes if node.status == "error" and node.resource_type != "test"]
    if not broken:
        return None
    quoted = "; ".join(f"{node.name}: {_one_line(node.message)}" for node in broken[:QUOTED])
    more = f"; and {len(broken) - QUOTED} more" if len(broken) > QUOTED else ""
    return f"{len(broken)} of {len(nodes)} dbt nodes could not be built: {quoted}{more}."


def why_not_published(blocking: Sequence[CheckResult]) -> str:
    """Return the message for a build that stays unpublished because of these red checks."""
    lines = [f"  {check.check_name} on {check.table_name}: {check.observed}" for check in blocking[:20]]
    if len(blocking) > 20:
        lines.append(f"  and {len(blocking) - 20} more")
    noun = "check is" if len(blocking) == 1 else "checks are"
    return "\n".join([f"{len(blocking)} {noun} red, so nothing was published:", *lines])


def _check(node: NodeResult) -> CheckResult:
    is_error = node.status in ("error", "skipped")
    passed = node.status == "pass"
    observed = node.message if is_error and node.message else f"{node.failures or 0} rows against it"
    table = f"marts.{node.table}" if node.table else "marts"
    return CheckResult(
        check_name=node.name,
        kind="arrival" if node.severity == "warn" else "audit",
        table_name=table,
        passed=passed,
        observed=_one_line(observed if node.status != "skipped" else "not run: something it rests on is red"),
        expected="no row against it",
        message=f"{table}: {node.name}: {_one_line(observed)}",
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())[:600]
