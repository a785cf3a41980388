"""The ledger (`ledger.duckdb` of a home): every file that was read, its record counts, its Parquet parts,
its quarantine.

All of what one file gave is recorded in one transaction, so that a killed run leaves no half file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.errors import LedgerError
from ingestion.sql import NO_EXTENSIONS, arrow_table, registered

FILE_NAME = "ledger.duckdb"
#: Tables that models read as raw relations, to which every feed adds rows.
CONTROL_RELATIONS = (
    *("files", "ignored_records", "nulled_values", "quarantined_records"),
    *("ip_addresses", "user_agents"),
)


def _columns(text: str) -> dict[str, str]:
    """Columns written as `name TYPE, name TYPE`."""
    return dict(column.split() for column in text.split(","))


TABLES: dict[str, dict[str, str]] = {
    "files": _columns(
        "file_id BIGINT, feed VARCHAR, adapter VARCHAR, arrival_date DATE, file VARCHAR, size_bytes BIGINT,"
        " modified_at TIMESTAMPTZ, checksum VARCHAR, records_read BIGINT, records_readable BIGINT,"
        " ignored BIGINT, quarantined BIGINT, file_quarantined BOOLEAN, reason_code VARCHAR, message VARCHAR,"
        " state VARCHAR, is_new BOOLEAN, replayed BIGINT, etag VARCHAR, changed_to VARCHAR"
    ),
    "ignored_records": _columns("file_id BIGINT, record_type VARCHAR, records BIGINT, reason VARCHAR"),
    "nulled_values": _columns("file_id BIGINT, field VARCHAR, records BIGINT, given BIGINT"),
    "fields": _columns(
        "file_id BIGINT, record_type VARCHAR, field VARCHAR, kind VARCHAR, records BIGINT, line_number BIGINT"
    ),
    "quarantined_records": _columns(
        "file_id BIGINT, feed VARCHAR, arrival_date DATE, file VARCHAR, line BIGINT, byte_offset BIGINT,"
        " item_index INTEGER, reason_code VARCHAR, message VARCHAR, raw_text VARCHAR"
    ),
    "parts": _columns(
        "path VARCHAR, relation VARCHAR, feed VARCHAR, arrival_date DATE, rows BIGINT, is_new BOOLEAN"
    ),
    "ip_addresses": _columns("ip VARCHAR, country VARCHAR"),
    "user_agents": _columns(
        "user_agent VARCHAR, device VARCHAR, client VARCHAR, operating_system VARCHAR, is_machine BOOLEAN"
    ),
    "builds": _columns(
        "build_id VARCHAR, fingerprint VARCHAR, started_at TIMESTAMPTZ, finished_at TIMESTAMPTZ,"
        " state VARCHAR"
    ),
    "replays": _columns(
        "replay_id INTEGER, started_at TIMESTAMPTZ, finished_at TIMESTAMPTZ, records_tried BIGINT,"
        " records_landed BIGINT, records_ignored BIGINT, records_still_bad BIGINT, files_tried BIGINT,"
        " files_landed BIGINT"
    ),
}
_KEYS = {"files": "file_id", "parts": "path", "builds": "build_id", "replays": "replay_id"}
#: SQL that adds counts to a known file's row: the file has grown, and only its new end was read now.
_COUNTS = ("records_read", "records_readable", "ignored", "quarantined", "replayed")
_READ_ON = "on conflict (file_id) do update set " + ", ".join(
    f"{name} = coalesce(files.{name}, 0) + excluded.{name}"
    if name in _COUNTS
    else f"{name} = excluded.{name}"
    for name in TABLES["files"]
    if name != "file_id"
)
#: Tables that gather a landing batch until it is recorded.
_GATHERED = ("quarantined_records", "ignored_records", "nulled_values", "fields")
#: Columns of ignored_records and nulled_values that are summed over a file's batches.
_SUMMED = ("records", "given")


@dataclass
class FileBooks:
    """One file's row in the ledger: its record counts, or why it is unreadable."""

    file_id: int
    feed: str
    adapter: str
    arrival_date: date
    file: str
    size_bytes: int
    modified_at: datetime
    checksum: str | None = None
    records_readable: int = 0
    ignored: int = 0
    quarantined: int = 0
    replayed: int = 0
    reason_code: str | None = None
    message: str | None = None
    etag: str | None = None

    @property
    def records_read(self) -> int:
        """Number of records read: the readable, the ignored and the quarantined ones."""
        return self.records_readable + self.ignored + self.quarantined

    def row(self) -> tuple[Any, ...]:
        """Return the values of this file's row in the ledger table `files`, in the order of its columns."""
        return (
            *(self.file_id, self.feed, self.adapter, self.arrival_date, self.file, self.size_bytes),
            *(self.modified_at, self.checksum, self.records_read, self.records_readable, self.ignored),
            *(self.quarantined, self.reason_code is not None, self.reason_code, self.message, "read", True),
            *(self.replayed, self.etag, None),
        )


@dataclass(frozen=True)
class Part:
    """One Parquet file of a raw relation; `path` is relative to the home."""

    path: str
    relation: str
    feed: str
    arrival_date: date
    rows: int

    def row(self) -> tuple[Any, ...]:
        """Return the values of this part's row in the ledger table `parts`, in the order of its columns."""
        return (self.path, self.relation, self.feed, self.arrival_date, self.rows, True)


@dataclass(frozen=True)
class KnownFile:
    """What the ledger knows of a file that was read.

    changed_to: the version that it was last found changed to; its content is not the one that was read.
    """

    file_id: int
    feed: str
    arrival_date: date
    file: str
    size_bytes: int
    modified_at: datetime
    checksum: str | None
    state: str
    file_quarantined: bool
    reason_code: str | None
    message: str | None
    etag: str | None = None
    changed_to: str | None = None

    @property
    def version(self) -> tuple[int, str | datetime]:
        """Return what told of the file's content when it was read."""
        return self.size_bytes, self.etag or self.modified_at

    @property
    def is_unopened(self) -> bool:
        """Whether the file was never opened successfully, so that its content is unknown."""
        return self.file_quarantined and self.checksum is None


@dataclass
class Ledger:
    """An open ledger. Use as a context manager; one process at a time may write."""

    home: Path
    memory_limit: str = "1500MB"
    connection: duckdb.DuckDBPyConnection = field(init=False)

    def __enter__(self) -> Ledger:
        self.home.mkdir(parents=True, exist_ok=True)
        spill = self.home / "tmp"
        _make_whole(self.home / FILE_NAME)
        try:
            self.connection = duckdb.connect(
                str(self.home / FILE_NAME),
                config={
                    **NO_EXTENSIONS,
                    "threads": 2,
                    "memory_limit": self.memory_limit,
                    "temp_directory": str(spill),
                },
            )
        except duckdb.IOException as error:
            raise LedgerError(why_closed(self.home / FILE_NAME, error)) from error
        # DuckDB's own progress bar would draw over the output of the command line.
        self.connection.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
        self._make_tables()
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def _make_tables(self) -> None:
        """Create missing tables, and add the columns that a ledger of an earlier version lacks."""
        known: dict[str, set[str]] = {}
        for table, column in self.connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'main'"
        ).fetchall():
            known.setdefault(table, set()).add(column)
        missing: list[str] = []
        for table, columns in TABLES.items():
            body = ", ".join(f"{name} {sql_type}" for name, sql_type in columns.items())
            if table in _GATHERED:
                missing.append(f"create temp table gathered_{table} ({body})")
            if table not in known:
                key = f", primary key ({_KEYS[table]})" if table in _KEYS else ""
                missing.append(f"create table main.{table} ({body}{key})")
                continue
            # New columns are always the last.
            missing += [
                f"alter table main.{table} add column {name} {sql_type}"
                for name, sql_type in columns.items()
                if name not in known[table]
            ]
        # Send one statement: tests that kill a run watch for the commit that records its files.
        self.connection.execute(f"begin transaction; {'; '.join(missing)}; commit")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the `with` block in a transaction: commit at its end, roll back on an error."""
        self.connection.execute("begin transaction")
        try:
            yield
        except BaseException:
            self.connection.execute("rollback")
            raise
        self.connection.execute("commit")

    def known_files(self) -> dict[int, KnownFile]:
        """Every file that was ever read, by id."""
        rows = self.connection.execute(
            """select file_id, feed, arrival_date, file, size_bytes, modified_at, checksum, state,
                file_quarantined, reason_code, message, etag, changed_to
            from main.files"""
        ).fetchall()
        return {row[0]: KnownFile(*row) for row in rows}

    def gather(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Hold rows for one of the gathered tables until `record` writes them."""
        self._insert(f"gathered_{table}", table, list(rows))

    def forget(self, file_ids: Collection[int]) -> None:
        """Drop the rows gathered for files that turned out to be unreadable."""
        for table in _GATHERED if file_ids else ():
            self.connection.execute(
                f"delete from gathered_{table} where file_id in (select unnest(?::bigint[]))",
                [list(file_ids)],
            )

    def record(self, files: Iterable[FileBooks], parts: Iterable[Part]) -> None:
        """Write files, their parts and the rows gathered for them to the ledger, in one transaction."""
        with self.transaction():
            self.enter(files, parts)

    def enter(self, files: Iterable[FileBooks], parts: Iterable[Part]) -> None:
        """Write what `record` writes, inside a transaction that the caller began."""
        self._insert("main.files", "files", [books.row() for books in files], _READ_ON)
        self._insert("main.parts", "parts", [part.row() for part in parts])
        for table in _GATHERED:
            columns = ", ".join(
                f"sum({name}) as {name}" if name in _SUMMED else name for name in TABLES[table]
            )
            tail = "" if table == "quarantined_records" else " group by all"
            self.connection.execute(
                f"insert into main.{table} by name select {columns} from gathered_{table}{tail}"
            )
            self.connection.execute(f"delete from gathered_{table}")

    def set_state(self, file_ids: Iterable[int], state: str) -> None:
        """Set the state of files in the ledger: vanished, or there again."""
        for file_id in file_ids:
            self.connection.execute("update main.files set state = ? where file_id = ?", [state, file_id])

    def set_changed(self, file_id: int, version: str) -> None:
        """Store that a file's content is no longer the one that was read; version: the one it has now."""
        self.connection.execute(
            "update main.files set state = 'changed', changed_to = ? where file_id = ?", [version, file_id]
        )

    def touch(self, file_id: int, size_bytes: int, modified_at: datetime, etag: str | None = None) -> None:
        """Store a file's new size, time and tag: its content is still the one that was read."""
        self.connection.execute(
            "update main.files set size_bytes = ?, modified_at = ?, etag = ?, state = 'read',"
            " changed_to = null where file_id = ?",
            [size_bytes, modified_at, etag, file_id],
        )

    def _insert(self, target: str, table: str, rows: list[tuple[Any, ...]], on_conflict: str = "") -> None:
        if not rows:
            return
        with registered(self.connection, "rows_to_insert", arrow_table(TABLES[table], rows)):
            self.connection.execute(
                f"insert into {target} by name select * from rows_to_insert {on_conflict}"
            )


def why_closed(path: Path, error: duckdb.Error) -> str:
    """Return the message for a ledger that does not open: the reason, and what to do."""
    if is_damage(str(error)):
        return (
            f"The ledger {path} is damaged ({error}). Move it out of the home and build again: every file"
            " that is still in the landing zone is read anew. What is published stays until then."
        )
    return (
        f"The ledger {path} is in use or may not be read ({error})."
        " Wait until the other landing or build has ended, then try again."
    )


def _make_whole(path: Path) -> None:
    """Create an empty ledger under another name and rename it: a kill midway would leave half a file."""
    if not path.exists():
        aside = path.with_name(f".{path.name}.new")
        aside.unlink(missing_ok=True)
        duckdb.connect(str(aside)).close()
        aside.replace(path)


_DAMAGE = re.compile(
    r"Corrupt database file|not a valid DuckDB database file|replaying WAL"
    r'|Could not read enough bytes from file "[^"]*\.duckdb'
)


def is_damage(words: str) -> bool:
    """Whether the text of a DuckDB error says that a database file is damaged, not locked or forbidden."""
    return bool(_DAMAGE.search(words))
