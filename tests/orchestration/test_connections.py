"""A connection reaches its own file and nothing else; nothing fetches code."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from engines.duckdb import FOLDER_VARIABLE, STORAGE_VERSION, DuckDbEngine
from expectations.check import measured
from expectations.engine import opened
from expectations.rules import ValuesStayWithinBounds
from ingestion.ledger import Ledger
from ingestion.sql import DEFAULT_MEMORY, MEMORY_VARIABLE, NO_EXTENSIONS
from orchestration import connections
from orchestration.settings import CHECKOUT, DBT_PROJECT

#: What a text of a feed might become, were it ever taken for SQL.
REACHING_OUT = [
    "select * from read_text('{secret}')",
    "select * from read_csv('{secret}')",
    "select * from read_parquet('{secret}')",
    "select * from '{secret}'",
    "select * from glob('{folder}/*')",
    "attach '{folder}/other.duckdb' as other",
    "copy marts.t to '{folder}/out.csv'",
    "export database '{folder}/out'",
    "install httpfs",
    "load httpfs",
    "select * from read_csv('https://example.org/x.csv')",
    "create secret s (type s3, key_id 'k', secret 's')",
    "set enable_external_access = true",
    "reset enable_external_access",
    "set lock_configuration = false",
    "set autoinstall_known_extensions = true",
]
WRITING = ["create table marts.u as select 1", "update marts.t set i = 0", "drop table marts.t"]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "insights.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.t as select range as i, now() as seen_at from range(3)")
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    return path


def reaching_out(folder: Path, sql: str) -> str:
    return sql.format(secret=folder / "secret.csv", folder=folder)


@pytest.mark.parametrize("sql", [*REACHING_OUT, *WRITING])
def test_who_reads_can_do_nothing_else(database: Path, sql: str) -> None:
    with connections.read(database) as connection, pytest.raises(duckdb.Error):
        connection.execute(reaching_out(database.parent, sql)).fetchall()
    assert sorted(path.name for path in database.parent.iterdir()) == ["insights.duckdb", "secret.csv"]


def test_who_reads_can_read_twice_at_a_time(database: Path) -> None:
    with connections.read(database) as first, connections.read(database) as second:
        for connection in (first, second):
            assert connection.execute("select count(*) from marts.t").fetchone() == (3,)
            assert connection.execute("select current_setting('TimeZone')").fetchone() == ("UTC",)


def test_who_reads_can_make_tables_of_its_own(database: Path) -> None:
    with connections.read(database) as connection:
        connection.execute("create temp table chosen as select i from marts.t")
        assert connection.execute("select count(*) from chosen").fetchone() == (3,)


def test_what_a_killed_writer_left_can_be_read(database: Path) -> None:
    """Its log lies beside the file and belongs to it."""
    writer = (
        f"import duckdb, os, signal; c = duckdb.connect({str(database)!r}); "
        "c.execute('insert into marts.t values (7, now())'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", writer], check=False).returncode == -signal.SIGKILL
    assert database.with_name("insights.duckdb.wal").exists()
    with connections.read(database) as connection:
        assert connection.execute("select max(i) from marts.t").fetchone() == (7,)


@pytest.mark.parametrize("sql", REACHING_OUT)
def test_who_publishes_reaches_one_folder(database: Path, sql: str) -> None:
    folder = database.parent / "parquet"
    folder.mkdir()
    with connections.write_into(database, folder) as connection:
        connection.execute(f"copy marts.t to '{folder}/t.parquet' (format parquet)")
        with pytest.raises(duckdb.Error):
            connection.execute(reaching_out(database.parent, sql)).fetchall()


@pytest.mark.parametrize("sql", [sql for sql in REACHING_OUT if sql.startswith("select")])
def test_who_audits_reaches_the_build_only(database: Path, sql: str) -> None:
    counted = f"(select count(*) from ({reaching_out(database.parent, sql)}))"
    rule = ValuesStayWithinBounds(f"select {counted}, 0, 0, 0, null")
    with opened(database, database.parent / "work.duckdb") as engine:
        (finding,) = measured(engine, rule)
    assert finding.observed is None
    assert "not measurable" in finding.subject


@pytest.mark.parametrize("setting", sorted(NO_EXTENSIONS))
def test_nothing_that_builds_fetches_code(tmp_path: Path, setting: str) -> None:
    query = f"select current_setting('{setting}')"
    with connections.write(tmp_path / "work.duckdb") as connection:
        assert connection.execute(query).fetchone() == (False,)
    with Ledger(tmp_path / "home") as ledger:
        assert ledger.connection.execute(query).fetchone() == (False,)
    profile = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    assert profile["touchpoint"]["outputs"]["duckdb"]["config_options"][setting] is False


def test_what_a_build_opens_keeps_to_the_memory_that_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MEMORY_VARIABLE, "64MB")
    engine = DuckDbEngine(tmp_path)
    engine.folder.mkdir()
    rows = "select md5(cast(i as varchar)) as id, repeat('x', 40) as filling from range(2000000) as r (i)"
    with connections.write_into(engine.insights, tmp_path) as publishing:
        publishing.execute(f"create table rows as {rows}")
        # Needs three times as much, and so spills.
        publishing.execute("create table found as select id, max(filling) as filling from rows group by id")
        limits = [publishing.execute("select current_setting('memory_limit')").fetchone()]
    with connections.write(engine.work) as building:
        limits.append(building.execute("select current_setting('memory_limit')").fetchone())
    with engine.checked() as checking:
        limits.extend(checking.rows("select current_setting('memory_limit')"))
    assert limits == [("61.0 MiB",)] * 3
    assert [path.name for path in engine.folder.iterdir() if path.is_dir()] == []


def test_build_files_are_for_the_readers_that_the_docs_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    engine = DuckDbEngine(tmp_path)
    engine.folder.mkdir()
    # As a version before it left them.
    for database in (engine.work, engine.insights):
        duckdb.connect(str(database)).close()
        assert storage_version(database) == "v1.0.0+"
    engine.remove_deleted()
    assert [storage_version(database) for database in (engine.work, engine.insights)] == ["v1.5.0+"] * 2
    engine.remove()
    engine.prepare_dbt()
    assert storage_version(engine.insights) == f"{STORAGE_VERSION}+"
    told = (CHECKOUT / "docs" / "bi.md").read_text(encoding="utf-8")
    assert f"not be older than DuckDB {STORAGE_VERSION.removeprefix('v').removesuffix('.0')}." in told


def storage_version(database: Path) -> str:
    with duckdb.connect(str(database), read_only=True) as connection:
        [tags] = connection.execute(
            "select tags from duckdb_databases() where database_name = ?", [database.stem]
        ).fetchone() or ({},)
    return str(tags["storage_version"])


def test_dbt_has_the_same_memory_where_none_is_given() -> None:
    profile = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    given = profile["touchpoint"]["outputs"]["duckdb"]["config_options"]["memory_limit"]
    assert given == f"{{{{ env_var('{MEMORY_VARIABLE}', '{DEFAULT_MEMORY}') }}}}"


def test_orchestration_opens_databases_in_one_place() -> None:
    opening = re.compile(r"\bduckdb\.connect\(")
    found = [
        path.name
        for path in (CHECKOUT / "orchestration").rglob("*.py")
        if opening.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["connections.py"]
