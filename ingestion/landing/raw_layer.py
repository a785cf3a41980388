"""The raw layer that dbt reads: relations over the Parquet parts and copies of the ledger's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from ingestion.adapters.adapter import EventAdapter
from ingestion.adapters.registry import ADAPTERS
from ingestion.erasure.record import CONTACT_BEFORE, MEMBERS, Suppressions
from ingestion.errors import LedgerError
from ingestion.ledger import CONTROL_RELATIONS, FILE_NAME, TABLES, Ledger
from ingestion.sql import NO_EXTENSIONS, identifier, parquet_sql, quoted

SCHEMA = "raw"
#: The relation of erased people.
ERASURES = "erasures"
_LEDGER = "ledger_to_expose"
#: The relation of records that an erasure changed, by their places: there models find what they made of them
#: before.
RETRACTED = "retracted"
_PLACE = {
    "file_id": "BIGINT",
    "line_number": "BIGINT",
    "item_index": "INTEGER",
    "feed": "VARCHAR",
    "snapshot_date": "DATE",
    CONTACT_BEFORE: "VARCHAR",
    "file": "VARCHAR",
}
#: Columns of these tables that models do not see.
_HIDDEN = frozenset({"raw_text", "etag", "changed_to"})


@dataclass(frozen=True)
class Arrivals:
    """Summary of the ledger: the arrival days with unpublished files, and the last arrival day."""

    new_files: int
    new_days: tuple[date, ...]
    as_of: date | None

    @property
    def has_new(self) -> bool:
        """Whether there are files that no published build contains."""
        return self.new_files > 0


def raw_relations() -> dict[str, Mapping[str, str]]:
    """Return the raw relations of all adapters -> their columns, whether they have data or not."""
    found: dict[str, Mapping[str, str]] = {}
    for adapter in ADAPTERS.values():
        if isinstance(adapter, EventAdapter):
            found[adapter.name] = adapter.relation_columns
        else:
            found.update(adapter.relations)
    return found


def control_relations() -> dict[str, Mapping[str, str]]:
    """Return the relations that copy the ledger's tables, and those of erasures -> their columns."""
    of_ledger: dict[str, Mapping[str, str]] = {
        table: {name: kind for name, kind in TABLES[table].items() if name not in _HIDDEN}
        for table in CONTROL_RELATIONS
    }
    erasures = {"contact_id": "VARCHAR", "requested_at": "TIMESTAMPTZ"}
    return of_ledger | {ERASURES: erasures, RETRACTED: _PLACE}


def expose(
    home: Path, work_connection: duckdb.DuckDBPyConnection, *, everything: bool, changed: Path | None = None
) -> None:
    """Create the schema `raw` in the connection's database, with the rows of the new parts or of all
    parts.

    changed: a folder with rows of other parts that an erasure changed (`erase.remove`), to be read again.
    """
    with Ledger(home):
        pass  # opening it creates its tables
    work_connection.execute(f"attach {quoted(str(home / FILE_NAME))} as {_LEDGER} (read_only)")
    try:
        again = _changed_rows(changed.absolute()) if changed else {}
        _expose(home.absolute(), work_connection, again, everything=everything)
        _expose_retracted(work_connection, again)
        _expose_erasures(home, work_connection)
    finally:
        work_connection.execute(f"detach {_LEDGER}")


def _changed_rows(folder: Path) -> dict[str, list[Path]]:
    """Relation -> files with rows of it that an erasure changed, laid out like the raw parts."""
    found: dict[str, list[Path]] = {}
    for file in sorted(folder.rglob("*.parquet")):
        found.setdefault(file.relative_to(folder).parts[1], []).append(file)
    return found


def _expose_retracted(connection: duckdb.DuckDBPyConnection, again: Mapping[str, list[Path]]) -> None:
    """Make the table of the places of changed rows, and of who was a member of a segment there."""
    typed = ", ".join(f"{name} {kind}" for name, kind in _PLACE.items())
    connection.execute(f"create or replace table {SCHEMA}.{RETRACTED} ({typed})")
    for relation, paths in again.items():
        known = {*raw_relations()[relation]} | ({CONTACT_BEFORE} if relation == MEMBERS else set())
        shown = ", ".join(f"rows.{name}" for name in _PLACE if name in known)
        connection.execute(
            f"insert into {SCHEMA}.{RETRACTED} by name select {shown}, files.file"
            f" from {parquet_sql(paths, by_name=True)} as rows"
            f" left join {_LEDGER}.files as files on rows.file_id = files.file_id"
        )


def _expose(
    home: Path,
    connection: duckdb.DuckDBPyConnection,
    again: Mapping[str, list[Path]],
    *,
    everything: bool,
) -> None:
    connection.execute(f"create schema if not exists {SCHEMA}")
    paths = _paths_of_parts(home, connection, everything=everything)
    for relation, columns in raw_relations().items():
        chosen = [*paths.get(relation, []), *again.get(relation, [])]
        rows = _rows(columns, chosen, everything=everything or relation in again)
        connection.execute(f"create or replace view {SCHEMA}.{identifier(relation)} as {rows}")
    for table in CONTROL_RELATIONS:
        shown = ", ".join(control_relations()[table])
        connection.execute(
            f"create or replace table {SCHEMA}.{table} as select {shown} from {_LEDGER}.{table}"
        )


def _paths_of_parts(
    home: Path, connection: duckdb.DuckDBPyConnection, *, everything: bool
) -> dict[str, list[Path]]:
    chosen = "" if everything else "where is_new"
    missing: list[str] = []
    paths: dict[str, list[Path]] = {}
    for relation, path in connection.execute(
        f"select relation, path from {_LEDGER}.parts {chosen} order by relation, arrival_date, path"
    ).fetchall():
        paths.setdefault(relation, []).append(home / path)
        if not (home / path).exists():
            missing.append(path)
    if missing:
        raise LedgerError(
            f"{len(missing)} raw files are gone from {home}, {missing[0]} among them. Restore them; or"
            f" move {FILE_NAME} out of the home and build again: the landing zone is read anew."
        )
    return paths


def _expose_erasures(home: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table of erased people, by what stands in their place, in schema `raw`."""
    record = Suppressions.load(home)
    connection.execute(
        f"create or replace table {SCHEMA}.{ERASURES}"
        " (contact_id varchar, requested_at timestamp with time zone)"
    )
    rows = [(one.contact, one.requested_at) for one in (record.erasures if record else ())]
    if rows:
        connection.executemany(f"insert into {SCHEMA}.{ERASURES} values (?, ?)", rows)


def _rows(columns: Mapping[str, str], paths: list[Path], *, everything: bool) -> str:
    nulls = ", ".join(f"cast(null as {kind}) as {identifier(name)}" for name, kind in columns.items())
    none = f"select {nulls} where false"
    if not paths:
        return none
    names = ", ".join(identifier(name) for name in columns)
    if not everything:
        return f"select {names} from {parquet_sql(paths)}"
    # Parts that an earlier version wrote lack columns added later: these are null for their rows.
    found = f"select * from {parquet_sql(paths, by_name=True)}"
    return f"select {names} from ({none} union all by name {found})"


@dataclass(frozen=True)
class RawFiles:
    """The Parquet files with the rows of the raw relations, for engines other than DuckDB.

    parts: by relation, those that its new files (or all) were read into. copies: a copy of each control
    relation and of the erased people, made now.
    """

    parts: Mapping[str, list[Path]]
    copies: Mapping[str, Path]


def raw_files(home: Path, folder: Path, *, everything: bool) -> RawFiles:
    """Return the files with the rows of the new parts or of all parts; write copies of the ledger's tables to
    `folder`.
    """
    copies = {table: folder / f"{table}.parquet" for table in control_relations()}
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config=NO_EXTENSIONS) as connection:
        connection.execute("set TimeZone = 'UTC'")
        expose(home, connection, everything=everything)
        for table, path in copies.items():
            connection.execute(f"copy {SCHEMA}.{table} to {quoted(str(path))} (format parquet)")
        connection.execute(f"attach {quoted(str(home / FILE_NAME))} as {_LEDGER} (read_only)")
        parts = _paths_of_parts(home.absolute(), connection, everything=everything)
    return RawFiles(parts, copies)


def mark_published(home: Path) -> None:
    """Mark all files and parts as published."""
    with Ledger(home) as ledger, ledger.transaction():
        ledger.connection.execute("update main.files set is_new = false where is_new")
        ledger.connection.execute("update main.parts set is_new = false where is_new")


def arrivals(home: Path) -> Arrivals:
    """Return the arrival days with unpublished files, and the last arrival day of all files read."""
    if not (home / FILE_NAME).exists():
        return Arrivals(0, (), None)
    with Ledger(home) as ledger:
        rows = ledger.connection.execute(
            "select arrival_date, count(*) from main.files where is_new group by all order by all"
        ).fetchall()
        newest = ledger.connection.execute("select max(arrival_date) from main.files").fetchone()
    return Arrivals(sum(row[1] for row in rows), tuple(row[0] for row in rows), newest[0] if newest else None)
