"""Runs a command of `touchpoint` and writes what each stage of its build cost.

python -m benchmarks.stages FILE build|erase ARGUMENTS

A stage ends where the next begins, so that all stages together are the whole command: before the build (an
erasure's own work), ingestion (with what starts meanwhile: dbt and the parsed project), dbt's models and
tests, the audit, publication, and the end. Models and tests run side by side: what both cost is shared out
by their running times.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.timed import bytes_of

#: Method of a build -> the stage that ends when it returns.
_ENDS = {"land": "ingest", "transform": "transform", "audit": "audit", "publish": "publish"}


@dataclass(frozen=True)
class Stage:
    """What one stage cost: seconds, and MB (a million bytes) that were read and written."""

    seconds: float
    cpu_seconds: float
    read_mb: float
    written_mb: float

    def times(self, share: float) -> Stage:
        """Return a share of this stage."""
        return Stage(*(value * share for value in asdict(self).values()))


class Recorder:
    """Notes the moments at which stages end."""

    def __init__(self) -> None:
        self._last = self._now()
        self.stages: dict[str, Stage] = {}
        self.node_seconds = {"models": 0.0, "tests": 0.0}

    def end(self, name: str) -> None:
        """End a stage; the next begins."""
        now = self._now()
        spent = Stage(*(after - before for after, before in zip(now, self._last, strict=True)))
        self.stages[name] = _sum(self.stages.get(name), spent)
        self._last = now

    def watch(self) -> None:
        """Note when the steps of a build end, and how long dbt's nodes ran."""
        from orchestration.build.dbt.runner import Dbt
        from orchestration.build.run import BuildRun

        for method, stage in _ENDS.items():
            setattr(BuildRun, method, self._ending(getattr(BuildRun, method), stage))
        parse = BuildRun.parse_project

        def parse_project(run: BuildRun) -> Path:
            if not self.stages:
                self.end("before")
            return parse(run)

        build = Dbt.build

        def build_and_note(dbt: Dbt, *given: Any, **named: Any) -> Any:
            nodes = build(dbt, *given, **named)
            for node in nodes:
                self.node_seconds["tests" if node.resource_type == "test" else "models"] += node.seconds
            return nodes

        BuildRun.parse_project = parse_project  # type: ignore[method-assign]
        Dbt.build = build_and_note  # type: ignore[method-assign]

    def _ending(self, step: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @functools.wraps(step)
        def ended(*given: Any, **named: Any) -> Any:
            result = step(*given, **named)
            self.end(stage)
            return result

        return ended

    def result(self) -> dict[str, Stage]:
        """Return the stages in order, that of dbt as models and tests."""
        self.end("end")
        found: dict[str, Stage] = {}
        for name, stage in self.stages.items():
            if name != "transform":
                found[name] = stage
                continue
            seconds = sum(self.node_seconds.values()) or 1.0
            tests = self.node_seconds["tests"] / seconds
            found |= {"models": stage.times(1 - tests), "tests": stage.times(tests)}
        return found

    @staticmethod
    def _now() -> tuple[float, float, float, float]:
        read, written = bytes_of(os.getpid())
        return time.perf_counter(), time.process_time(), read / 1e6, written / 1e6


def _sum(one: Stage | None, other: Stage) -> Stage:
    if one is None:
        return other
    return Stage(*(a + b for a, b in zip(asdict(one).values(), asdict(other).values(), strict=True)))


def main(file: str, *arguments: str) -> int:
    """Run the command; write its stages as JSON."""
    recorder = Recorder()
    from orchestration.cli.arguments import main as touchpoint

    recorder.watch()
    code = touchpoint(arguments)
    stages = {name: asdict(stage) for name, stage in recorder.result().items()}
    Path(file).write_text(json.dumps(stages), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
