"""The output of each step of a build for later steps: a JSON file per step in `build/steps`.

Any process can continue where another stopped: a failed run is executed again from the step that failed. A
step first removes the outputs of later steps, so that no output was made from outdated ones.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from engines.change_logs import Logged
from expectations import CheckResult
from orchestration.build.plan import Plan
from orchestration.home import Home

Output = TypeVar("Output")

LAND, EXPOSE, TRANSFORM, AUDIT = STEPS = ("land", "expose", "transform", "audit")


@dataclass(frozen=True)
class Landed:
    """The warnings of a landing run: all of them, and the two kinds that have a check.

    left_aside: places that were not read. changed: files whose content changed after they were read.
    """

    warnings: list[str] = field(default_factory=list)
    left_aside: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Transformed:
    """dbt's tests as checks, and the relations that did not change, as `database.schema.table`.

    unchanged: since the last build. unchanged_for_readers: since the published one, which may be an earlier
        build; none if that is not known. logged_for_readers: relations, by the same names, of which change
        logs tell all that changed since the published build.
    """

    checks: list[CheckResult]
    unchanged: list[str] = field(default_factory=list)
    unchanged_for_readers: list[str] = field(default_factory=list)
    logged_for_readers: dict[str, Logged] = field(default_factory=dict)


class StepOutputs:
    """The outputs of the steps of a home's current build."""

    def __init__(self, home: Home) -> None:
        self._folder = home.build / "steps"

    def landed(self) -> Landed | None:
        """Return the output of `land`; None if there is none."""
        return self._read(LAND, lambda content: Landed(**content))

    def plan(self) -> Plan | None:
        """Return the plan of the build whose rows are exposed; None if there is none."""
        return self._read(EXPOSE, lambda content: Plan(**content))

    def transformed(self) -> Transformed | None:
        """Return the output of `transform`; None if there is none."""
        return self._read(
            TRANSFORM,
            lambda content: Transformed(
                [CheckResult(**check) for check in content["checks"]],
                content["unchanged"],
                content["unchanged_for_readers"],
                {
                    relation: Logged(known["table"], tuple(known["key"]), tuple(known["beside"]))
                    for relation, known in content["logged_for_readers"].items()
                },
            ),
        )

    def checks(self) -> list[CheckResult] | None:
        """Return the output of `audit`, all checks; None if there is none."""
        return self._read(AUDIT, lambda content: [CheckResult(**check) for check in content])

    def write(self, step: str, output: Landed | Plan | Transformed | Sequence[CheckResult]) -> None:
        """Write the output of a step."""
        content = (
            dataclasses.asdict(output)
            if isinstance(output, Landed | Plan | Transformed)
            else [dataclasses.asdict(check) for check in output]
        )
        self._folder.mkdir(parents=True, exist_ok=True)
        half_written = self._folder / f".{step}.json"
        half_written.write_text(json.dumps(content), encoding="utf-8")
        half_written.replace(self._file(step))

    def forget(self, *, after: str | None = None) -> None:
        """Remove the outputs of all steps, or of those after the step `after`; the last step's first."""
        first = STEPS.index(after) + 1 if after else 0
        for step in reversed(STEPS[first:]):
            self._file(step).unlink(missing_ok=True)

    def _read(self, step: str, made_of: Callable[[Any], Output]) -> Output | None:
        try:
            return made_of(json.loads(self._file(step).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError):
            # The file is damaged, or of a version with other fields: treat the step as not run, so that it
            # runs again.
            return None

    def _file(self, step: str) -> Path:
        return self._folder / f"{step}.json"
