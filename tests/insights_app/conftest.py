"""The app over one published build, asked as a browser asks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from starlette.testclient import TestClient

from insights_app.server.access import Rules
from insights_app.server.app import application
from tests.harness.worlds import World

HOSTS = ["testserver"]


@pytest.fixture(scope="session")
def published(clean_world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published folder of the app's own: in one process a file is open with one set of settings."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copyfile(clean_world.published, folder / clean_world.published.name)
    return folder


@pytest.fixture(scope="session")
def marts(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same tables, asked without the app: of a copy, since a file is open once in a process."""
    copy = tmp_path_factory.mktemp("marts") / "insights.duckdb"
    shutil.copyfile(published / "insights.duckdb", copy)
    with duckdb.connect(str(copy), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'; use marts")
        yield connection


@pytest.fixture(scope="session")
def client(published: Path) -> TestClient:
    """Whoever sits at this machine."""
    return TestClient(application(published, Rules(), HOSTS), raise_server_exceptions=False)


@pytest.fixture
def small_build(published: Path, tmp_path: Path) -> Callable[[str, str], Path]:
    """Make a folder with a published file of the tables that pages read, after some SQL; a link leads to it."""

    def make(name: str, statements: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        with duckdb.connect(str(folder / "insights.duckdb")) as connection:
            connection.execute(f"attach '{published / 'insights.duckdb'}' as sound (read_only)")
            connection.execute("create schema marts; use marts")
            tables = connection.execute(
                "select table_name from duckdb_tables() where database_name = 'sound' and schema_name = 'marts'"
            ).fetchall()
            for (table,) in tables:
                connection.execute(f"create table {table} as from sound.marts.{table}")
            connection.execute(statements)
        link = tmp_path / "published"
        link.unlink(missing_ok=True)
        link.symlink_to(folder)
        return link

    return make
