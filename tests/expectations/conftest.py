"""Builds for tests: a sound one, and copies of it to break."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from expectations import CheckResult, audit
from expectations.check import measured, result_of, words_of
from expectations.engine import opened
from expectations.rules import relations_in
from expectations.suites import CHECKS
from tests.expectations.sound_activities import ACTIVITY_FACTS_SQL, ACTIVITY_MARTS_SQL, STAGED_ACTIVITIES_SQL
from tests.expectations.sound_build import BOOKS_SQL, FACTS_SQL, MARTS_SQL, STAGED_SQL
from tests.expectations.sound_leads import LEAD_FACTS_SQL, LEAD_MARTS_SQL

#: A whole build, in the order in which it is made.
STAGED = STAGED_SQL + STAGED_ACTIVITIES_SQL
FACTS = FACTS_SQL + ACTIVITY_FACTS_SQL + LEAD_FACTS_SQL
MARTS = MARTS_SQL + ACTIVITY_MARTS_SQL + LEAD_MARTS_SQL


@dataclass(frozen=True)
class Build:
    """The two files of a build, and where its Data Docs go.

    changed: the SQL that made it of the sound one.
    """

    folder: Path
    changed: tuple[str, ...] = ()

    def change(self, *statements: str) -> None:
        """Run SQL on the build, with both files attached under their own names."""
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"attach '{self.folder / 'insights.duckdb'}' as insights")
            connection.execute(f"attach '{self.folder / 'work.duckdb'}' as work")
            for statement in statements:
                connection.execute(statement)

    def audit(self) -> dict[str, CheckResult]:
        """The verdicts on the build as it is now, by check."""
        results = audit(
            self.folder / "insights.duckdb", self.folder / "work.duckdb", self.folder / "docs", "build-1"
        )
        return {result.check_name: result for result in results}

    def judged(self) -> dict[str, CheckResult]:
        """The same verdicts without Great Expectations and Data Docs, which take ten times as long.

        Of a changed build only those on what was changed: the others are those on the sound build.
        """
        touched = set(relations_in(" ".join(self.changed)))
        results = {}
        with opened(self.folder / "insights.duckdb", self.folder / "work.duckdb") as engine:
            for check in CHECKS:
                if touched and not touched & {*check.rule.needs}:
                    continue
                findings = measured(engine, check.rule)
                passed = all(finding.keeps_bounds for finding in findings)
                results[check.name] = result_of(check, passed, words_of(findings))
        return results


def broken(results: dict[str, CheckResult]) -> set[str]:
    """The checks that failed."""
    return {name for name, result in results.items() if not result.passed}


@pytest.fixture(scope="session")
def sound_build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A build that keeps every promise; not to be changed."""
    build = Build(tmp_path_factory.mktemp("sound"))
    build.change(STAGED, FACTS, BOOKS_SQL, MARTS)
    return build


@pytest.fixture
def changed_build(sound_build: Build, tmp_path: Path) -> Callable[[Iterable[str]], Build]:
    """A copy of the sound build after some SQL."""

    def changed(statements: Iterable[str]) -> Build:
        for name in ("insights.duckdb", "work.duckdb"):
            shutil.copyfile(sound_build.folder / name, tmp_path / name)
        build = Build(tmp_path, tuple(statements))
        build.change(*build.changed)
        return build

    return changed
