"""A reader of the published build, as analysts' tools are: it looks again and again while builds come and go.

Belongs here: reading what is published, and whether it agrees with itself. Does not belong here: whether the
figures are right (`comparison.py`).
"""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb

_context = multiprocessing.get_context("forkserver")

#: Marts that say the same in two grains: a file in which they differ is half of a build.
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
    """What a reader saw: how often it looked, which builds, and what was wrong."""

    looks: int = 0
    builds: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


def read_published(published: Path) -> str:
    """Read the published build: its id. Raises, with words, where it is not whole."""
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
    # The link is followed once: it may lead to the next build in the middle of what follows.
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
    """A process that looks in a loop until it is told to stop."""

    def __init__(self, published: Path, pause: float = 0.0) -> None:
        self._connection, other = _context.Pipe()
        self._process = _context.Process(target=_read_in_loop, args=(published, other, pause), daemon=True)
        self._process.start()

    def stop(self) -> ReaderReport:
        """End the loop and hear what it saw."""
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
            # Whatever a reader can run into is what is looked for here.
            except Exception as error:
                report.findings.append(f"a reader saw {type(error).__name__}: {error}")
            else:
                if report.builds[-1:] != [build_id]:
                    report.builds.append(build_id)
        time.sleep(pause)
    connection.send(report)
