"""What Spark publishes equals what DuckDB publishes, every cell: of a build of everything, and of a day added to it by a
build after one that was killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engines.spark import SparkEngine, publication
from engines.spark.session import stop
from orchestration.home import Home
from tests.end_to_end.spark.comparison import compare
from tests.end_to_end.spark.conftest import DAY_BEFORE, Homes
from tests.harness import spark
from tests.harness.paths import CHECKOUT

ENGINES = ("duckdb", "spark")


@pytest.fixture(scope="module")
def first(homes: Homes) -> Homes:
    """All days but the last, built by both engines."""
    for engine in ENGINES:
        homes.build(engine, "--to", DAY_BEFORE)
    return homes


def test_a_build_of_everything(first: Homes, capsys: pytest.CaptureFixture[str]) -> None:
    found = compare(first.published("duckdb"), first.published("spark"))
    assert found.different == {}
    assert found.tables > 80
    with capsys.disabled():
        print(f"\n{found.tables} tables, {found.cells} cells equal")


def test_a_killed_build_leaves_the_last_one(first: Homes) -> None:
    home = Home(first.home("spark"))
    before = home.published_build
    stop()
    killed_at(first, "transformed 60 of", Path(home.root.parent / "killed.log"))
    assert home.published_build == before
    session = SparkEngine(home.root, spark.settings()).session
    assert before is not None
    assert publication.published_builds(session) == [before.name]
    tag = publication.tag_of(before.name)
    rows = session.sql(f"select count(*) from marts.build_files version as of '{tag}'").collect()[0][0]
    newest = session.sql(f"select max(arrival_date) from marts.build_files version as of '{tag}'").collect()[
        0
    ][0]
    assert rows > 0
    assert str(newest) == DAY_BEFORE


def test_the_day_after_it(first: Homes, capsys: pytest.CaptureFixture[str]) -> None:
    for engine in ENGINES:
        first.build(engine)
    found = compare(first.published("duckdb"), first.published("spark"))
    assert found.different == {}
    with capsys.disabled():
        print(f"\n{found.tables} tables, {found.cells} cells equal a day later")


def killed_at(homes: Homes, words: str, log: Path) -> None:
    """Start a build by Spark, and kill its process and Java's when it says some words."""
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "orchestration.cli", "build"),
                *("--landing", str(homes.landing), "--home", str(homes.home("spark"))),
                *("--config", str(homes.folder / "spark.yml")),
            ],
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=CHECKOUT,
            start_new_session=True,
        )
    until = time.monotonic() + 600
    while words not in log.read_text(encoding="utf-8"):
        assert process.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < until, log.read_text(encoding="utf-8")
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
