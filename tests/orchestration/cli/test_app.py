"""Commands as a user meets them: exit codes, messages, what is left untouched."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

import expectations
from expectations import CheckResult
from ingestion.config import Config
from orchestration.build import run
from orchestration.build.dbt.runner import Dbt
from orchestration.cli.arguments import main
from orchestration.errors import UsageError
from orchestration.home import Home, lock
from tests.orchestration.conftest import Built

FIRST_DAY = ("--to", "2026-01-01")
Run = Callable[..., int]


@pytest.fixture
def build(landing: Path) -> Run:
    def run(home: Path, *arguments: str) -> int:
        return main(["build", "--landing", str(landing), "--home", str(home), *arguments])

    return run


def published_build(home: Path) -> str:
    return (home / "published").resolve().name


def everything_in(home: Path) -> dict[str, tuple[int, int]]:
    """Every file with its time and size; the lock file is for taking, not for reading."""
    return {
        str(path.relative_to(home)): (path.lstat().st_mtime_ns, path.lstat().st_size)
        for path in home.rglob("*")
        if path.name != "build.lock"
    }


def test_a_build_says_what_it_did(built: Built) -> None:
    after = published_build(built.home)
    assert after != built.before
    assert f"Published build {after}." in built.out
    assert "arrival days   2026-01-02" in built.out
    assert re.search(
        r"records read   [\d,]+ = [\d,]+ landed \+ \d+ duplicates \+ 0 ignored \+ 0 quar", built.out
    )
    assert "transforming what is new" in built.err


def test_what_is_published_is_complete(built: Built) -> None:
    published = built.home / "published"
    with duckdb.connect(str(published / "insights.duckdb"), read_only=True) as connection:
        info = connection.execute(
            "select build_id, as_of_date, arrival_days, audit_failed, is_full_refresh from marts.build_info"
        ).fetchall()
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
    assert info == [(published.resolve().name, date(2026, 1, 2), 2, 0, False)]
    assert {path.stem for path in (published / "parquet").iterdir()} >= {name for (name,) in tables}
    assert (published / "data_docs" / "index.html").exists()


def test_with_nothing_new_no_file_is_touched(
    home: Path, build: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything_in(home)
    assert build(home, *FIRST_DAY) == 0
    assert everything_in(home) == before
    assert "Nothing new" in capsys.readouterr().out


def test_a_red_audit_leaves_what_was_published(
    home: Path, build: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = published_build(home)
    red = CheckResult("sums_agree", "audit", "marts.t", False, "7 too many", "none", "m")
    monkeypatch.setattr(expectations, "judge", lambda *_: [red])
    monkeypatch.setattr(Dbt, "build", lambda *_, **__: [])
    assert build(home) == 1
    assert published_build(home) == before
    said = capsys.readouterr().err
    assert "7 too many" in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_whole_audit_finds_rows_that_were_damaged_while_no_build_touched_them(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = published_build(home)
    with duckdb.connect(str(Home(home).insights)) as connection:
        connection.execute("insert into marts.mart_email_kpis select * from marts.mart_email_kpis limit 1")
        connection.execute("update marts.mart_email_kpis_daily set delivered = delivered + 1")
    assert main(["audit", "--home", str(home)]) == 1
    said = capsys.readouterr().out
    assert "primary_key_mart_email_kpis_email_id: 1 rows against it" in said
    assert "touchpoint build --full-refresh" in said
    assert published_build(home) == before
    # A build that adds would test only what it adds: everything is made anew.
    assert not Home(home).insights.exists()


def test_a_whole_audit_needs_the_published_build(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "--home", str(tmp_path / "none")]) == 2
    Home(home).insights.unlink()
    assert main(["audit", "--home", str(home)]) == 3
    assert "run `touchpoint build`, then the audit" in capsys.readouterr().err


def test_a_whole_audit_asks_the_engine_that_it_is_told(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # DuckDB holds these tables, and not Spark.
    assert main(["audit", "--home", str(home), "--engine", "spark"]) == 3
    assert "the configuration changed since the last build" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["build"], ["erase", "--contact", "somebody"], ["replay"]])
def test_a_build_is_made_by_the_engine_that_the_command_names(
    command: list[str], home: Path, landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def note(config: Config, _: Path) -> None:
        asked.append(config.engine)
        raise UsageError("noted")

    monkeypatch.setattr(run, "engine_of", note)
    folders = ("--landing", str(landing), "--home", str(home))
    assert main([*command, *folders, "--engine", "spark"]) == UsageError.exit_code
    assert main([*command, *folders]) == UsageError.exit_code
    assert asked == ["spark", "duckdb"]


def test_another_build_is_waited_for_by_whoever_called(home: Path, build: Run) -> None:
    with lock.hold(Home(home).lock):
        assert build(home) == 4


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "--landing", "nowhere"],
        ["build", "--config", "nowhere.yml"],
        ["build", "--from", "2026-02-01", "--to", "2026-01-01"],
        ["simulate", "--faults", "no_such_fault"],
        ["status", "--home", "nowhere"],
        ["quarantine", "list", "--home", "nowhere"],
    ],
)
def test_what_cannot_be_meant_is_bad_usage(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "landing").mkdir(parents=True)
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("touchpoint: ")
    assert "Traceback" not in said
    assert not (tmp_path / "data" / "home").exists() or not any((tmp_path / "data" / "home").iterdir())


@pytest.mark.parametrize(
    "arguments", [[], ["bild"], ["build", "--from", "yesterday"], ["simulate", "--days", "0"]]
)
def test_what_cannot_be_parsed_is_bad_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


def test_a_wrong_configuration_is_bad_usage(
    tmp_path: Path, build: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "touchpoint.yml"
    config.write_text("reporting_timezone: UTC\n")
    assert build(tmp_path / "home", "--config", str(config)) == 2
    assert "reporting_time_zone" in capsys.readouterr().err


def test_any_other_failure_says_which(
    home: Path, build: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("orchestration.build.intake.land", full_disk)
    before = published_build(home)
    assert build(home) == 3
    assert published_build(home) == before
    said = capsys.readouterr().err
    assert "No space left on device" in said
    assert "Traceback" not in said


def test_status_and_quarantine_look_and_touch_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = everything_in(home)
    assert main(["status", "--home", str(home)]) == 0
    assert published_build(home) in capsys.readouterr().out
    for action in ("list", "count"):
        assert main(["quarantine", action, "--home", str(home)]) == 0
    assert main(["quarantine", "show", "sendgrid/2026-01-01/x:1", "--home", str(home)]) == 2
    assert everything_in(home) == before


def test_looking_imports_nothing_heavy(tmp_path: Path) -> None:
    heavy = (
        "import sys; from orchestration.cli.arguments import main; main(['status', '--home', sys.argv[1]]); "
    )
    check = "print([m for m in ('dagster', 'dbt', 'great_expectations', 'pandas') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", heavy + check, str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
        check=True,
    )
    assert done.stdout.strip() == "[]"
