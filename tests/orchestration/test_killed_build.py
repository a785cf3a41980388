"""A build that is killed leaves what was published, and the next one arrives where it would have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration import cli
from orchestration.home import Home
from tests.orchestration.conftest import CHECKOUT, Built


def build_until(words: str, landing: Path, home: Path) -> None:
    """Build in a process of its own and kill it as soon as it says some words."""
    command = [
        sys.executable,
        "-m",
        "orchestration.cli",
        "build",
        "--landing",
        str(landing),
        "--home",
        str(home),
    ]
    process = subprocess.Popen(
        command, cwd=CHECKOUT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert process.stderr
    for line in process.stderr:
        if words in line:
            process.kill()
            break
    process.stderr.close()
    assert process.wait() == -9, f"the build ended before it said {words!r}"


def differences(left: Path, right: Path) -> list[str]:
    """Published tables that do not hold the same rows, those that tell of the build itself left out."""
    with duckdb.connect() as connection:
        for name, home in (("l", left), ("r", right)):
            connection.execute(f"attach '{home / 'published' / 'insights.duckdb'}' as {name} (read_only)")
        tables = connection.execute(
            "select distinct table_name from duckdb_tables() where database_name in ('l', 'r') order by all"
        ).fetchall()
        return [
            table
            for (table,) in tables
            if table not in ("build_info", "build_checks")
            and connection.execute(
                f"(from l.marts.{table} except all from r.marts.{table}) union all "
                f"(from r.marts.{table} except all from l.marts.{table})"
            ).fetchall()
        ]


@pytest.mark.slow
@pytest.mark.parametrize("words", ["transformed 40", "writing Parquet"])
def test_the_next_build_arrives_where_a_killed_one_would_have(
    words: str, landing: Path, home: Path, built: Built
) -> None:
    before = Home(home).published.resolve()
    build_until(words, landing, home)
    assert Home(home).published.resolve() == before
    assert cli.main(["build", "--landing", str(landing), "--home", str(home)]) == 0
    assert differences(home, built.home) == []
    assert len(list(Home(home).builds.iterdir())) == 2, "what the killed build left is cleared away"
