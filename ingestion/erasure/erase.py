"""Erases people from a home: writes them into the record, and rewrites raw Parquet and ledger without them.

Once the record is written, no step needs the person's name or id: each step finds what is left to do, so an
interrupted erasure can be finished without knowing whom it erases. Orchestration erases the person from the
build and the published files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.erasure import keys
from ingestion.erasure.anonymise import TRACES, Anonymiser
from ingestion.erasure.people import People, rows_by_relation
from ingestion.erasure.record import (
    ADDRESS,
    CONTACT,
    CONTACT_BEFORE,
    FOLDER,
    MEMBERS,
    STARTED,
    VISITOR,
    Erasure,
    Suppressions,
)
from ingestion.erasure.text_search import Mentions
from ingestion.landing.parquet_files import remove_orphans, sync
from ingestion.landing.raw_layer import raw_relations
from ingestion.ledger import FILE_NAME, Ledger, Part
from ingestion.lookups.enrichment import Enrichment
from ingestion.sql import NO_EXTENSIONS, parquet_sql, quoted

_BATCH_ROWS = 100_000
_ASIDE = ".erasing"
#: Keys of entities in the CRM by which models keep what they learned, without the places of its records.
_LASTING_KEYS = ("segment_id", "lead_id")
#: Columns that name a record of an event, which may have several rows.
_RECORD = ["file_id", "line_number", "item_index"]


@dataclass
class Removed:
    """Counts of what this run removed from raw parts and ledger.

    An interrupted earlier run's are not included. file_ids: of landing files from which the rows came.
    renames_entities: whether the id of a segment or lead told of somebody and is another one now.
    """

    own_rows: dict[str, int] = field(default_factory=dict)
    mentions: dict[str, int] = field(default_factory=dict)
    parts: int = 0
    quarantined: int = 0
    file_ids: set[int] = field(default_factory=set)
    renames_entities: bool = False


def begin(home: Path, people: People) -> list[str]:
    """Add people to the record, so that later landings leave them out; return what replaces each of them."""
    suppressions = Suppressions.load_or_make(home)
    for address in (*people.addresses, *people.shared_addresses):
        domain = address.rpartition("@")[2]
        suppressions.suppress(
            ADDRESS,
            address,
            domain if domain in people.domains else None,
            is_shared=address in people.shared_addresses,
        )
    for visitor in people.visitors:
        suppressions.suppress(VISITOR, visitor)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    tokens = [suppressions.suppress(CONTACT, contact).replacement for contact in people.contacts]
    suppressions.erasures += [Erasure(token, now, STARTED) for token in tokens]
    suppressions.save(home)
    return tokens


def remove(home: Path, people: People | None = None, changed: Path | None = None) -> Removed:
    """Remove people from raw parts and ledger; rewrite only parts that hold one of them.

    people: the only ones who can still be there; None if that is not known: everybody in the record then.
    changed: a folder for the rows that changed, as they are now, of parts that a build has read.
    """
    suppressions = Suppressions.load(home)
    removed = Removed()
    if suppressions is None:
        return removed
    anonymiser = Anonymiser(suppressions, people.sought if people else None)
    with Ledger(home) as ledger:
        connection = ledger.connection
        remove_orphans(home, connection)
        enrichment = Enrichment(connection, anonymiser.stands_for)
        rows = connection.execute(
            "select path, relation, feed, arrival_date, rows, is_new from main.parts order by path"
        ).fetchall()
        for *named, is_new in rows:
            part = Part(*named)
            log = None if changed is None or is_new else changed
            removed.parts += _rewrite(home, part, anonymiser, enrichment, removed, log)
        removed.quarantined = anonymiser.quarantine(connection, "main.quarantined_records")
        anonymiser.texts(connection, "main.files", "message")
        anonymiser.texts(connection, "main.ignored_records", "record_type")
        if removed.parts or people is None:
            _drop_unused_traces(connection, home)
        # DuckDB would replay a write-ahead log left beside the old ledger into the new one.
        connection.execute("checkpoint")
    _rewrite_ledger(home)
    removed.own_rows, removed.mentions = anonymiser.own_rows, anonymiser.mentions
    return removed


def _rewrite(
    home: Path,
    part: Part,
    anonymiser: Anonymiser,
    enrichment: Enrichment,
    removed: Removed,
    changed: Path | None,
) -> bool:
    """Rewrite a part if it holds an erased person; return whether it did.

    The new file is written under another name and then renamed over the old one. changed: a folder for the
    rows that changed.
    """
    source = home / part.path
    if anonymiser.sought is not None and not _may_hold(source, anonymiser):
        return False
    aside = source.with_suffix(_ASIDE)
    pieces = []
    with pq.ParquetFile(source) as old, pq.ParquetWriter(aside, old.schema_arrow, compression="zstd") as new:
        for batch in old.iter_batches(_BATCH_ROWS):
            rows = pa.Table.from_batches([batch])
            anonymous, flags = anonymiser.anonymous(part.relation, rows)
            new.write_table(anonymous)
            if anonymous is not rows:
                pieces.append(_changed_rows(part.relation, rows, anonymous, pa.array(flags), removed))
    if not pieces:
        aside.unlink()
        return False
    if changed is not None:
        _keep_changed(aside, pa.concat_tables(pieces), changed / part.path)
    if set(TRACES) <= set(raw_relations()[part.relation]):
        # Look up before the rename: afterwards the plain values behind the tokens are gone.
        enrichment.gather(parquet_sql([aside]))
        enrichment.look_up()
    sync(aside)
    aside.replace(source)
    return True


def _keep_changed(part: Path, changed: pa.Table, log: Path) -> None:
    """Write the rows that changed, with all rows of their records: a model takes a record as a whole."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if not set(_RECORD) <= set(changed.column_names):
        pq.write_table(changed, log, compression="zstd")  # of a snapshot, where each row is a record
        return
    records = changed.select(_RECORD).group_by(_RECORD).aggregate([])
    with (
        pq.ParquetFile(part) as opened,
        pq.ParquetWriter(log, opened.schema_arrow, compression="zstd") as new,
    ):
        for batch in opened.iter_batches(_BATCH_ROWS):
            rows = pa.Table.from_batches([batch])
            places = rows.select(_RECORD).append_column("place", pa.array(range(rows.num_rows)))
            found = places.join(records, _RECORD, join_type="left semi").column("place").sort()
            new.write_table(rows.take(found))


def _may_hold(source: Path, anonymiser: Anonymiser) -> bool:
    """Whether a part may hold one of the people sought: its text columns are read, coded by dictionaries."""
    schema = pq.read_schema(source)
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    with pq.ParquetFile(source, read_dictionary=texts) as opened:
        return any(
            anonymiser.may_hold(opened.read_row_group(number, columns=texts))
            for number in range(opened.num_row_groups)
        )


def _changed_rows(
    relation: str, before: pa.Table, now: pa.Table, flags: pa.BooleanArray, removed: Removed
) -> pa.Table:
    """Return the rows that changed, as they are now; note in `removed` where they came from."""
    old, new = before.filter(flags), now.filter(flags)
    removed.file_ids.update(new.column("file_id").to_pylist())
    ids = [name for name in _LASTING_KEYS if name in new.column_names and relation.startswith("crm_")]
    removed.renames_entities |= any(not new.column(name).equals(old.column(name)) for name in ids)
    return new.append_column(CONTACT_BEFORE, old.column("contact_id")) if relation == MEMBERS else new


def _drop_unused_traces(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Delete from the ledger the look-ups of addresses and user agents that no raw row has any more."""
    for table, column in zip(("ip_addresses", "user_agents"), TRACES, strict=True):
        used = " union ".join(
            f"select {column} as value from {rows}"
            for relation, rows in rows_by_relation(connection, home).items()
            if column in raw_relations()[relation]
        )
        if used:
            connection.execute(
                f"delete from main.{table} as known where not exists"
                f" (select 1 from ({used}) as used where used.value = known.{column})"
            )


def _rewrite_ledger(home: Path) -> None:
    """Copy the ledger to a new file: the old one keeps deleted texts in unused blocks."""
    ledger, beside = home / FILE_NAME, home / f".{FILE_NAME}.new"
    for left in (beside, beside.with_name(f"{beside.name}.wal")):
        left.unlink(missing_ok=True)
    with duckdb.connect(config=NO_EXTENSIONS) as connection:
        connection.execute(f"attach {quoted(str(ledger))} as old (read_only)")
        connection.execute(f"attach {quoted(str(beside))} as new")
        connection.execute("copy from database old to new")
        connection.execute("detach new")
    sync(beside)
    beside.replace(ledger)


def report_file(home: Path, name: str) -> Path:
    """Return the path of an erasure's report in the home."""
    return home / FOLDER / name


def write_report(home: Path, file: Path, text: str) -> None:
    """Write a report without the values of erased people."""
    record = Suppressions.load(home)
    told = Mentions(record).replace(pa.array([text])).to_pylist()[0] if record else text
    keys.write_durably(file, told.encode())
