"""What the disk refuses is said in words; what it damaged is removed, and made anew."""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pyarrow as pa
import pytest

from engines.duckdb import DuckDbEngine
from ingestion.sql import MEMORY_VARIABLE
from orchestration import settings
from orchestration.build import disk_errors
from orchestration.build.dbt.runner import Dbt
from orchestration.build.dbt.verdicts import NodeResult
from orchestration.build.options import Options
from orchestration.build.run import BuildRun
from orchestration.cli.arguments import main
from orchestration.errors import TouchpointError
from orchestration.home import Home
from orchestration.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.build.mkdir(parents=True)
    for database in (home.work, home.insights):
        with duckdb.connect(str(database)) as connection:
            connection.execute("create table t as select range as a, md5(a::varchar) as b from range(100000)")
    return home


def removing_damage(home: Home) -> contextlib.AbstractContextManager[None]:
    return disk_errors.removing_damage(DuckDbEngine(home.root))


def cut(path: Path) -> None:
    os.truncate(path, 5000)


def begin_a_file(path: Path) -> None:
    path.write_bytes(b"")


def write_over(path: Path) -> None:
    path.write_bytes(b"no database" * 10_000)


def spoil_the_middle(path: Path) -> None:
    with path.open("r+b") as handle:
        handle.seek(12288)
        handle.write(b"\0" * (path.stat().st_size - 12288))


@pytest.mark.parametrize("damage", [cut, begin_a_file, write_over, spoil_the_middle])
def test_a_damaged_build_file_is_told_from_a_sound_one(home: Home, damage: object) -> None:
    assert DuckDbEngine(home.root).is_sound()
    damage(home.insights)  # type: ignore[operator]
    assert not DuckDbEngine(home.root).is_sound()


def test_a_build_file_that_another_process_may_only_read_is_not_damaged(home: Home) -> None:
    with duckdb.connect(str(home.work), read_only=True), pytest.raises(duckdb.Error):
        DuckDbEngine(home.root).is_sound()


def test_damage_found_on_the_way_takes_both_build_files(home: Home) -> None:
    with pytest.raises(disk_errors.DamagedBuildError, match="anew"), removing_damage(home):
        raise duckdb.IOException(
            "Corrupt database file: computed checksum 1 does not match stored checksum 2"
        )
    assert not home.work.exists()
    assert not home.insights.exists()


def test_another_error_takes_nothing(home: Home) -> None:
    with pytest.raises(duckdb.CatalogException), removing_damage(home):
        raise duckdb.CatalogException("Table with name t does not exist")
    assert DuckDbEngine(home.root).is_sound()


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (OSError(28, "No space left on device"), "make room"),
        (duckdb.IOException('Could not write file "x": No space left on device'), "make room"),
        (PermissionError(13, "Permission denied", "/x"), "give this user the right"),
        (OSError(30, "Read-only file system"), "make it writable"),
        (duckdb.InvalidInputException("No magic bytes found at end of file 'x.parquet'"), "read anew"),
        (pa.ArrowInvalid("Parquet magic bytes not found in footer. Either the file"), "is damaged"),
        (FileNotFoundError(2, "Failed to open local file 'raw/x.parquet'"), "is gone"),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to pin block"), "TOUCHPOINT_MEMORY higher"),
        (ValueError("something else"), None),
    ],
)
def test_what_disk_or_memory_refuses_is_said_with_what_to_do(error: Exception, advice: str | None) -> None:
    wrapped = RuntimeError("a step failed")
    wrapped.__cause__ = error
    said = disk_errors.advice_on_error(wrapped)
    assert said is None if advice is None else said and advice in said


def node(message: str) -> NodeResult:
    return NodeResult("model.a.b", "b", "model", "error", message, None, 0.0, "error", "b")


def a_run(home: Home, tmp_path: Path) -> BuildRun:
    (tmp_path / "landing").mkdir(exist_ok=True)
    return BuildRun(Settings(str(tmp_path / "landing"), home.root), Options(), progress=lambda _: None)


def test_a_build_file_that_proves_damaged_while_dbt_runs_is_made_anew(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[tuple[bool, bool]] = []

    def build(_: Dbt, *__: object, full_refresh: bool, **___: object) -> list[NodeResult]:
        found.append((home.insights.exists(), full_refresh))
        return [node("IO Error: Corrupt database file: computed checksum")] if len(found) == 1 else []

    monkeypatch.setattr(Dbt, "build", build)
    run = a_run(home, tmp_path)
    with monkeypatch.context() as sound:
        sound.setattr("orchestration.build.plan.decide", _adding(run))
        _ = run.plan
    run.expose()
    run.transform()
    assert found == [(True, False), (False, True)]


def _adding(run: BuildRun) -> object:
    from orchestration.build.plan import Plan

    return lambda *_, **__: Plan("b", run.fingerprint, False, False)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("IO Error: No space left on device", "make room"),
        ("Out of Memory Error: failed to pin block", "DuckDB may use 3GB .* TOUCHPOINT_MEMORY higher"),
    ],
)
def test_a_full_disk_or_memory_is_no_red_check(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: str, advice: str
) -> None:
    monkeypatch.delenv(MEMORY_VARIABLE, raising=False)
    monkeypatch.setattr(Dbt, "build", lambda *_, **__: [node(error)])
    run = a_run(home, tmp_path)
    run.expose()
    with pytest.raises(TouchpointError, match=advice):
        run.transform()
    assert home.work.exists()


def test_a_disk_that_is_full_when_dbt_starts_is_said(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = SimpleNamespace(success=False, result=None, exception=OSError(28, "No space left on device"))
    monkeypatch.setattr(Dbt, "_invoke", lambda *_: failed)
    run = a_run(home, tmp_path)
    run.dbt.manifest = SimpleNamespace(nodes={})
    run.expose()
    with pytest.raises(TouchpointError, match="make room"):
        run.transform()


def test_a_log_that_cannot_be_written_is_not_talked_about(capsys: pytest.CaptureFixture[str]) -> None:
    settings.keep_tools_quiet()
    with open("/dev/full", "w") as full:
        logging.StreamHandler(full).emit(logging.makeLogRecord({"msg": "x" * 100_000}))
        with contextlib.suppress(OSError):
            full.close()
    assert capsys.readouterr().err == ""


def test_a_home_that_may_not_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may write anywhere")
    (tmp_path / "landing").mkdir()
    (tmp_path / "closed").mkdir(mode=0o500)
    arguments = ["build", "--landing", str(tmp_path / "landing"), "--home", str(tmp_path / "closed" / "home")]
    assert main(arguments) == 3
    assert "give this user the right" in capsys.readouterr().err


def test_a_damaged_ledger_is_said_and_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "landing").mkdir()
    ledger = Home(tmp_path / "home").ledger
    ledger.parent.mkdir()
    ledger.write_bytes(b"no ledger")
    for command in (["build", "--landing", str(tmp_path / "landing")], ["status"]):
        assert main([*command, "--home", str(tmp_path / "home")]) == 3
        assert "read anew" in capsys.readouterr().err
    assert ledger.read_bytes() == b"no ledger"
