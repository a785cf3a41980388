"""A reader of the published build, like an analyst's tool, that reads in a loop while builds come and go."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb

_context = multiprocessing.get_context("forkserver")

#: Pairs of queries on marts of two grains that must agree: where they differ, the file is not one complete
#: build.
_AGREEMENTS = {
    "e-mails": (
        "select sum(targeted), sum(delivered), sum(opened_total) from marts.mart_email_kpis",
        "select count(*), count(*) filter (delivery_status = 'delivered'), sum(opens)"
        " from marts.mart_email_recipients",
    ),
    "days": (
        "select sum(sent), sum(clicked_total) from marts.mart_email_kpis",
        "select sum(sent), sum(clicked_total) from marts.mart_email_kpis_daily",
    ),
    "books": (
        "select 0",
        "select count(*) from marts.build_files"
        " where records_read <> records_landed + duplicates + ignored + quarantined",
    ),
}


@dataclass
class ReaderReport:
    """What a reader found: how often it read, which builds, and what was wrong."""

    looks: int = 0
    builds: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


def read_published(published: Path) -> str:
    """Read the published build and return its id. Raises an error where it is not complete."""
    database = published / "insights.duckdb"
    with duckdb.connect(str(database), read_only=True, config={"threads": 1}) as connection:
        build_id = _build_id(connection)
        for name, (one, other) in _AGREEMENTS.items():
            found, expected = connection.execute(one).fetchall(), connection.execute(other).fetchall()
            if found != expected:
                raise AssertionError(f"{build_id}: the {name} do not agree: {found} and {expected}")
        tables = {
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'marts'"
            ).fetchall()
        }
        if (again := _build_id(connection)) != build_id:
            raise AssertionError(f"{build_id} became {again} under an open connection")
    return build_id if not tables else _with_parquet(published, build_id, tables)


def _with_parquet(published: Path, build_id: str, tables: set[str]) -> str:
    # The link is resolved once: it may point to the next build a moment later.
    folder = published.resolve(strict=True) / "parquet"
    files = {path.stem: path for path in folder.glob("*.parquet")}
    if folder.parent.name == build_id and files.keys() != tables:
        raise AssertionError(f"{build_id}: Parquet copies of other tables: {files.keys() ^ tables}")
    with duckdb.connect(config={"threads": 1}) as connection:
        for path in files.values():
            connection.execute(f"select count(*) from '{path}'").fetchall()
        (inside,) = connection.execute(f"select build_id from '{files['build_info']}'").fetchall()
    if inside != (folder.parent.name,):
        raise AssertionError(f"{folder}: holds the build {inside}")
    return build_id


def _build_id(connection: duckdb.DuckDBPyConnection) -> str:
    ((build_id,),) = connection.execute("select build_id from marts.build_info").fetchall()
    return str(build_id)


class Reader:
    """A process that reads in a loop until it is stopped."""

    def __init__(self, published: Path, pause: float = 0.0) -> None:
        self._connection, other = _context.Pipe()
        self._process = _context.Process(target=_read_in_loop, args=(published, other, pause), daemon=True)
        self._process.start()

    def stop(self) -> ReaderReport:
        """End the loop and return what it found."""
        self._connection.send("stop")
        report: ReaderReport = self._connection.recv()
        self._process.join()
        return report


def _read_in_loop(published: Path, connection: Connection, pause: float) -> None:
    report = ReaderReport()
    while not connection.poll():
        if report.builds or published.is_symlink():
            report.looks += 1
            try:
                build_id = read_published(published)
            # Any error that a reader can get is a finding here.
            except Exception as error:
                report.findings.append(f"a reader saw {type(error).__name__}: {error}")
            else:
                if report.builds[-1:] != [build_id]:
                    report.builds.append(build_id)
        time.sleep(pause)
    connection.send(report)
