"""A home whose builds are interrupted: what must hold after each interruption and after a build that
completes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.home import Home
from reliability.builds import instants, process
from reliability.builds.interruption import Interruption, full_build, publish_only
from reliability.homes import leftovers
from reliability.homes.comparison import differing_cells, in_words
from reliability.homes.reader import ReaderReport, read_published
from reliability.outcome import Outcome, Say

#: Seconds after which a build, which takes less than half a minute, is considered hung.
_TOO_LONG = 300


class Tally:
    """Outcomes by phase of the build; several threads write to it."""

    def __init__(self, injected: str = "SIGKILL", unit: str = "kills") -> None:
        self._guard = threading.Lock()
        self.interruptions = 0
        self.of_phase = {
            phase: Outcome("crash safety", f"{injected} during {phase}", 0, unit) for phase in instants.PHASES
        }
        self.reader = Outcome("crash safety", f"a reader in a loop: {injected}", 0, "looks")

    def add(self, phase: str, *, is_kill: bool, seconds: float, findings: list[str]) -> None:
        """Count an interruption or a completed build, and the findings after it."""
        with self._guard:
            outcome = self.of_phase[phase]
            outcome.tried += is_kill
            self.interruptions += is_kill
            outcome.seconds += seconds
            for finding in findings:
                outcome.add_loss(finding)

    def add_cells(self, phase: str, cells: int, finding: str) -> None:
        """Count differing cells after interruptions in a phase."""
        with self._guard:
            self.of_phase[phase].add_wrong_cells(cells, finding)

    def add_reads(self, name: str, report: ReaderReport) -> None:
        """Count what a reader found."""
        with self._guard:
            self.reader.tried += report.looks
            for finding in report.findings:
                self.reader.add_loss(f"{name}: {finding}")

    @property
    def outcomes(self) -> list[Outcome]:
        """The outcomes of phases that were tried, and the reader's."""
        return [outcome for outcome in (*self.of_phase.values(), self.reader) if outcome.tried]


@dataclass
class _BuildResult:
    """How a build ended, and what was wrong with it in any case."""

    code: int | None
    seconds: float
    output: str
    findings: list[str]


class InterruptedHome:
    """A home in which readers must only ever see complete builds."""

    def __init__(self, home: Path, name: str, tally: Tally, say: Say) -> None:
        self.home = Home(home)
        self.name = name
        self.tally = tally
        self.say = say
        self._verified: str | None = None
        self._last_phase = instants.PUBLISH

    def interrupt(
        self,
        arguments: list[str],
        interruption: Interruption,
        expected: Sequence[Path],
        *,
        only_publish: bool = False,
    ) -> bool:
        """Interrupt a build; return whether the trigger was reached.

        Afterwards readers must see one of the expected builds (files of marts). Findings go to the tally.
        """
        around = (
            publish_only(interruption, arguments)
            if only_publish
            else full_build(interruption, with_tests=False)
        )
        result = self._build(arguments, around)
        findings = result.findings
        is_reached = result.code != 0
        if is_reached and result.code not in interruption.exit_codes:
            findings.append(f"ended with {result.code}: {result.output[-500:]}")
        if is_reached and interruption.message not in result.output:
            findings.append(f"did not say {interruption.message!r}: {result.output[-500:]}")
        more, cells = self._check_published(expected)
        self._last_phase = interruption.trigger.phase
        what = f"{interruption}{'' if is_reached else ' (not reached)'}"
        self._record(what, is_reached, result.seconds, findings + more, cells)
        return is_reached

    def complete(
        self,
        arguments: list[str],
        expected: Path,
        *,
        only_publish: bool = False,
        with_tests: bool = True,
        problems: Callable[[Home], list[str]] = lambda _: [],
    ) -> None:
        """Let a build complete: nothing may remain of the interruptions before, and `problems` must find
        none."""
        around = publish_only(None, arguments) if only_publish else full_build(None, with_tests=with_tests)
        result = self._build(arguments, around)
        findings = result.findings
        cells: dict[str, int] = {}
        if result.code:
            findings.append(f"the build after it ended with {result.code}: {result.output[-500:]}")
        else:
            more, cells = self._check_published([expected])
            findings += [*more, *leftovers.problems(self.home.root), *problems(self.home)]
        self._record("let through", False, result.seconds, findings, cells)

    def _record(
        self, what: str, is_kill: bool, seconds: float, findings: list[str], cells: dict[str, int]
    ) -> None:
        words = [f"{self.name}, {what}: {finding}" for finding in findings]
        if cells:
            words_of_cells = f"{self.name}, {what}: {in_words(cells)}"
            self.tally.add_cells(self._last_phase, sum(cells.values()), words_of_cells)
            self.say(words_of_cells)
        self.tally.add(self._last_phase, is_kill=is_kill, seconds=seconds, findings=words)
        for line in words or [f"{self.tally.interruptions}: {self.name}, {what}"]:
            self.say(line)

    def _build(self, arguments: list[str], around: Callable[[process.Command], int]) -> _BuildResult:
        started = time.monotonic()
        build = process.start(arguments, self.home.root.parent / "build.log", around=around)
        findings = []
        if build.wait(_TOO_LONG) is None:
            build.kill()
            findings.append(f"did not end within {_TOO_LONG} seconds")
        if build.has_descendants:
            findings.append("left a process behind")
        return _BuildResult(build.wait(), time.monotonic() - started, build.output.strip(), findings)

    def _check_published(self, expected: Sequence[Path]) -> tuple[list[str], dict[str, int]]:
        """Read the published build, which must be complete and one of the expected ones; return findings
        and differing cells."""
        if not self.home.published.is_symlink():
            return (["nothing is published any more"] if self._verified else []), {}
        try:
            build_id = read_published(self.home.published)
        # Any error that a reader can get is a finding here.
        except Exception as error:
            return [f"what is published cannot be read: {type(error).__name__}: {error}"], {}
        if build_id == self._verified:
            return [], {}
        self._verified = build_id
        database = self.home.published / "insights.duckdb"
        cells = [differing_cells(marts, database) for marts in expected]
        return [], min(cells, key=lambda found: sum(found.values()))
