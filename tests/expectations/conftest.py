"""Builds for tests: what the checks read of a sound one, and copies of it to break."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import duckdb
import pytest

from engines.change_logs import Logged
from expectations import CheckResult, audit
from expectations.check import Check
from expectations.engine import opened
from expectations.suites import CHECKS
from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.home import Home
from tests.harness.worlds import World, judged


@dataclass(frozen=True)
class Build:
    """The two files of a build, and where its Data Docs go."""

    folder: Path

    @property
    def files(self) -> tuple[Path, Path]:
        """`insights` and `work`."""
        return self.folder / "insights.duckdb", self.folder / "work.duckdb"

    def change(self, statements: str) -> None:
        """Run SQL on the build, with both files attached under their own names, and the marts in use."""
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            for file in self.files:
                connection.execute(f"attach '{file}' as {file.stem}")
            connection.execute("use insights.marts")
            connection.execute(statements)

    def audit(self) -> dict[str, CheckResult]:
        """The verdicts on the build as it is now, by check."""
        return {result.check_name: result for result in audit(*self.files, self.folder / "docs", "build-1")}

    def judged(self, checks: Collection[Check] = CHECKS) -> dict[str, CheckResult]:
        """The same verdicts without Great Expectations."""
        with opened(*self.files) as engine:
            return judged(engine, checks)


def broken(results: dict[str, CheckResult]) -> set[str]:
    """The checks that failed."""
    return {name for name, result in results.items() if not result.passed}


@pytest.fixture(scope="session")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Logged]:
    """The relations of which a build knows what changed."""
    dbt = Dbt(Home(tmp_path_factory.mktemp("parsed")))
    return dbt.logged(Variables("UTC"))


@pytest.fixture(scope="session")
def sound_build(
    clean_world: World, logged: Mapping[str, Logged], tmp_path_factory: pytest.TempPathFactory
) -> Build:
    """Every relation that a check reads or follows, as tables of their own that can be changed one by one."""
    build = Build(tmp_path_factory.mktemp("sound"))
    with duckdb.connect() as connection:
        for file in build.files:
            # Views of the build name its files as they are called there.
            built = clean_world.home / "build" / file.name
            connection.execute(
                f"attach '{built}' as {file.stem} (read_only); attach '{file}' as new_{file.stem}"
            )
        read = {relation for check in CHECKS for relation in check.rule.needs}
        queries = [query for check in CHECKS if check.scope for query in check.scope.also]
        followed = {name for query in queries for _, name, _, _ in Formatter().parse(query)}
        read |= {relation for relation in logged if relation.rpartition(".")[2] in followed}
        for relation in sorted(read):
            connection.execute(f"create schema if not exists new_{relation.rpartition('.')[0]}")
            connection.execute(f"create table new_{relation} as from {relation}")
    return build


@pytest.fixture
def changed_build(sound_build: Build, tmp_path: Path) -> Callable[[str], Build]:
    """A copy of the sound build after some SQL."""

    def changed(statements: str) -> Build:
        build = Build(tmp_path)
        for sound, copy in zip(sound_build.files, build.files, strict=True):
            shutil.copyfile(sound, copy)
        build.change(statements)
        return build

    return changed
