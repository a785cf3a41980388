"""A home whose builds are killed: what must hold after each kill, and after the build that is let through.

Belongs here: killing a build of one home, and looking at what is left. Does not belong here: which builds are
killed, and where (`kills.py`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.home import Home
from reliability.builds import interruption, process, variants
from reliability.builds.variants import Harm
from reliability.homes import leftovers
from reliability.homes.comparison import differing_cells, in_words
from reliability.homes.reader import Watched, look
from reliability.outcome import Outcome, Say

#: Seconds, for a build of less than half a minute.
_TOO_LONG = 300


class Tally:
    """The outcomes by phase, written to by several lives at once."""

    def __init__(self, injected: str = "SIGKILL", unit: str = "kills") -> None:
        self._guard = threading.Lock()
        self.harmed = 0
        self.of_phase = {
            phase: Outcome("crash safety", f"{injected} during {phase}", 0, unit)
            for phase in interruption.PHASES
        }
        self.reader = Outcome("crash safety", f"a reader in a loop: {injected}", 0, "looks")

    def add(self, phase: str, *, is_kill: bool, seconds: float, findings: list[str]) -> None:
        """Count a kill, or a build that was let through, and what was found after it."""
        with self._guard:
            outcome = self.of_phase[phase]
            outcome.tried += is_kill
            self.harmed += is_kill
            outcome.seconds += seconds
            for finding in findings:
                outcome.lose(finding)

    def add_cells(self, phase: str, cells: int, finding: str) -> None:
        """Count cells that differ after kills in a phase."""
        with self._guard:
            self.of_phase[phase].differ(cells, finding)

    def add_looks(self, name: str, watched: Watched) -> None:
        """Count what a reader saw."""
        with self._guard:
            self.reader.tried += watched.looks
            for finding in watched.findings:
                self.reader.lose(f"{name}: {finding}")

    @property
    def outcomes(self) -> list[Outcome]:
        """One row per phase that was tried, and the reader's."""
        return [outcome for outcome in (*self.of_phase.values(), self.reader) if outcome.tried]


@dataclass
class _Ended:
    """How a build ended, and what was wrong with that whatever it was."""

    code: int | None
    seconds: float
    said: str
    findings: list[str]


class Victim:
    """One home, of which readers must see whole builds only."""

    def __init__(self, home: Path, name: str, tally: Tally, say: Say) -> None:
        self.home = Home(home)
        self.name = name
        self.tally = tally
        self.say = say
        self._verified: str | None = None
        self._last_phase = interruption.PUBLISH

    def harm(
        self, arguments: list[str], harm: Harm, expected: Sequence[Path], *, only_publish: bool = False
    ) -> bool:
        """Harm a build; readers must see one of the expected builds. Whether it came so far."""
        way = (
            variants.published_again(harm, arguments)
            if only_publish
            else variants.whole(harm, with_tests=False)
        )
        ended = self._build(arguments, way)
        findings = ended.findings
        is_reached = ended.code != 0
        if is_reached and ended.code not in harm.exit_codes:
            findings.append(f"ended with {ended.code}: {ended.said[-500:]}")
        if is_reached and harm.says not in ended.said:
            findings.append(f"did not say {harm.says!r}: {ended.said[-500:]}")
        more, cells = self._look(expected)
        self._last_phase = harm.where.phase
        what = f"{harm}{'' if is_reached else ' (not reached)'}"
        self._note(what, is_reached, ended.seconds, findings + more, cells)
        return is_reached

    def let_through(
        self,
        arguments: list[str],
        expected: Path,
        *,
        only_publish: bool = False,
        with_tests: bool = True,
        complaints: Callable[[Home], list[str]] = lambda _: [],
    ) -> None:
        """Build to the end: nothing may be left of the kills before, and nothing that is complained of."""
        whole = variants.whole(None, with_tests=with_tests)
        way = variants.published_again(None, arguments) if only_publish else whole
        ended = self._build(arguments, way)
        findings = ended.findings
        cells: dict[str, int] = {}
        if ended.code:
            findings.append(f"the build after it ended with {ended.code}: {ended.said[-500:]}")
        else:
            more, cells = self._look([expected])
            findings += [*more, *leftovers.complaints(self.home.root), *complaints(self.home)]
        self._note("let through", False, ended.seconds, findings, cells)

    def _note(
        self, what: str, is_kill: bool, seconds: float, findings: list[str], cells: dict[str, int]
    ) -> None:
        words = [f"{self.name}, {what}: {finding}" for finding in findings]
        if cells:
            words_of_cells = f"{self.name}, {what}: {in_words(cells)}"
            self.tally.add_cells(self._last_phase, sum(cells.values()), words_of_cells)
            self.say(words_of_cells)
        self.tally.add(self._last_phase, is_kill=is_kill, seconds=seconds, findings=words)
        for line in words or [f"{self.tally.harmed}: {self.name}, {what}"]:
            self.say(line)

    def _build(self, arguments: list[str], around: Callable[[process.Act], int]) -> _Ended:
        started = time.monotonic()
        build = process.start(arguments, self.home.root.parent / "build.log", around=around)
        findings = []
        if build.wait(_TOO_LONG) is None:
            build.kill()
            findings.append(f"did not end within {_TOO_LONG} seconds")
        if build.has_descendants:
            findings.append("left a process behind")
        return _Ended(build.wait(), time.monotonic() - started, build.said.strip(), findings)

    def _look(self, expected: Sequence[Path]) -> tuple[list[str], dict[str, int]]:
        """Read what is published: it must be one of these builds, whole."""
        if not self.home.published.is_symlink():
            return (["nothing is published any more"] if self._verified else []), {}
        try:
            build_id = look(self.home.published)
        # Whatever a reader can run into is what is looked for here.
        except Exception as error:
            return [f"what is published cannot be read: {type(error).__name__}: {error}"], {}
        if build_id == self._verified:
            return [], {}
        self._verified = build_id
        database = self.home.published / "insights.duckdb"
        cells = [differing_cells(marts, database) for marts in expected]
        return [], min(cells, key=lambda found: sum(found.values()))
