"""Erases people from a home: finds their ids, addresses and visitors, and rewrites raw Parquet and ledger
without them.

Once the record is written, no step needs the person's name or id: each step finds what is left to do, so an
interrupted erasure can be finished without knowing whom it erases. Orchestration erases the person from the
build and the published files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.erasure import keys
from ingestion.erasure.anonymise import IDENTITIES, NOTE, TRACES, VISITOR_COLUMNS, Anonymiser
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
    normalised,
    stands_alone,
)
from ingestion.erasure.sought import Sought
from ingestion.erasure.text_search import Mentions
from ingestion.landing.parquet_files import remove_orphans, sync
from ingestion.landing.raw_layer import raw_relations
from ingestion.ledger import FILE_NAME, Ledger, Part
from ingestion.lookups.enrichment import Enrichment
from ingestion.sql import NO_EXTENSIONS, arrow_table, parquet_sql, quoted, registered
from ingestion.values.identifier_columns import ADDRESS_COLUMNS, CONTACT_COLUMNS, LIST_COLUMNS

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


@dataclass(frozen=True)
class People:
    """The ids, addresses and visitor ids of some contacts, as found in raw rows.

    A value shared with somebody else is removed from these contacts' rows only. unknown: whom no record
    names, those in `ambiguous` among them, who are addresses of several contacts. domains: at which other
    people have addresses too; such a domain identifies nobody.
    """

    contacts: tuple[str, ...]
    unknown: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    visitors: tuple[str, ...] = ()
    shared_addresses: tuple[str, ...] = ()
    shared_visitors: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    domains: frozenset[str] = frozenset()

    @property
    def sought(self) -> Sought:
        """What to look for in data that may hold these people."""
        values = {
            CONTACT: self.contacts,
            ADDRESS: (*self.addresses, *self.shared_addresses),
            VISITOR: self.visitors,
        }
        return Sought.of([(kind, value) for kind, found in values.items() for value in found])


#: SQL: true if the row belongs to a wanted contact, by its contact id or, without one, by its address.
_MINE = (
    "(coalesce(contact_id in (select value from wanted), false)"
    " or contact_id is null and coalesce(address in (select value from wanted), false))"
)
_MINE_BY_ADDRESS = f"({_MINE} or contact_id is null and address in (select value from found))"
#: People erased earlier are not counted among the others who share a value.
_SOMEONE = (
    "coalesce(contact_id, address) is not null"
    " and coalesce(contact_id, address) not in (select value from erased)"
)


def find_people(home: Path, contact_ids: Collection[str]) -> People:
    """Find contacts, and the addresses and visitor ids in rows that name them.

    contact_ids: in any spelling. An address stands for the one contact who has it, or for somebody who has it
        and is no contact; an address of several contacts stands for nobody.
    """
    given = dict.fromkeys(normalised(CONTACT, contact_id) for contact_id in contact_ids)
    record = Suppressions.load(home)
    with Ledger(home) as ledger:
        connection = ledger.connection
        _gather_identities(connection, home)
        holders = _holders(connection, given)
        shared = [one for one in given if len(holders[one]) > 1]
        wanted = list(dict.fromkeys(next(iter(holders[one]), one) for one in given if one not in shared))
        _fill(connection, "wanted", wanted)
        _fill(connection, "found", [])
        _fill(connection, "erased", record.replacements(CONTACT, ADDRESS) if record else [])
        rows = connection.execute(
            f"select distinct coalesce(contact_id, address) from identities where {_MINE}"
        ).fetchall()
        known = {contact_id for (contact_id,) in rows}
        known |= _in_quarantine(connection, [one for one in wanted if one not in known])
        addresses, shared_addresses = _beside(connection, "address", _MINE, "contact_id is not null")
        _fill(connection, "found", addresses)
        visitors, shared_visitors = _beside(connection, "visitor", _MINE_BY_ADDRESS, _SOMEONE)
        domains = _domains_of_others(connection)
    return People(
        tuple(one for one in wanted if one in known),
        (*(one for one in wanted if one not in known), *shared),
        *(addresses, visitors, shared_addresses, shared_visitors, tuple(shared), domains),
    )


def _holders(connection: duckdb.DuckDBPyConnection, given: Iterable[str]) -> dict[str, set[str]]:
    """Return for each of `given` the contacts who have this address; if it is a contact id, that id."""
    found: dict[str, set[str]] = {one: set() for one in given}
    _fill(connection, "given", list(found))
    rows = connection.execute(
        """
        select distinct value, contact_id
        from identities inner join given on contact_id = value
        union
        select distinct value, contact_id
        from identities inner join given on address = value
        where contact_id is not null
        """
    ).fetchall()
    for one, contact_id in rows:
        found[one].add(contact_id)
    return {one: {one} if one in contacts else contacts for one, contacts in found.items()}


def _in_quarantine(connection: duckdb.DuckDBPyConnection, contact_ids: Collection[str]) -> set[str]:
    """Return those of the contacts that a quarantined record names, although no raw row does.

    Only distinctive ids are searched: a plain word or a short id occurs in many records by chance, and would
    from then on be removed from all of them.
    """
    found: set[str] = set()
    for contact_id in filter(stands_alone, contact_ids):
        written = {contact_id, json.dumps(contact_id)[1:-1], quote(contact_id, safe="")}
        value = "|".join(map(re.escape, sorted(written)))
        pattern = rf"""(^|["',;:=\t]|%22)({value})($|["',;&\t\r\n\\]|%22)"""
        if connection.execute(
            "select 1 from main.quarantined_records where regexp_matches(raw_text, ?) limit 1", [pattern]
        ).fetchone():
            found.add(contact_id)
    return found


def _fill(connection: duckdb.DuckDBPyConnection, table: str, values: Collection[str]) -> None:
    rows = arrow_table({"value": "VARCHAR"}, [(value,) for value in values])
    with registered(connection, "values_to_fill", rows):
        connection.execute(f"create or replace temp table {table} as select * from values_to_fill")


def _beside(
    connection: duckdb.DuckDBPyConnection, column: str, mine: str, someone: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the values in these contacts' rows: those in no other rows, and those in others' rows too."""
    rows = connection.execute(
        f"""
        select {column}, bool_or({someone} and not {mine}) as is_shared
        from identities
        where {column} in (select {column} from identities where {mine})
        group by {column}
        order by {column}
        """
    ).fetchall()
    own, shared = (tuple(one for one, is_shared in rows if is_shared is wanted) for wanted in (False, True))
    return own, shared


def _gather_identities(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Create a temporary table of the distinct combinations of contact, address and visitor in raw rows."""
    connection.execute(
        "create or replace temp table identities (contact_id varchar, address varchar, visitor varchar)"
    )
    for relation, rows in _rows(connection, home).items():
        columns = raw_relations()[relation]
        contacts = [name for name in CONTACT_COLUMNS if name in columns]
        addresses = [name for name in ADDRESS_COLUMNS if name in columns]
        addresses += [f"unnest(string_split({name}, ';'))" for name in LIST_COLUMNS if name in columns]
        visitors = [name for name in VISITOR_COLUMNS if name in columns]
        if not contacts and not addresses and not visitors:
            continue
        contact = ", ".join(f"nullif(trim({name}), '')" for name in contacts)
        for address in addresses or [""]:
            for visitor in visitors or [""]:
                connection.execute(
                    f"""
                    insert into identities
                    select distinct
                        {f"coalesce({contact})" if contacts else "null"},
                        {f"nullif(lower(trim({address})), '')" if address else "null"},
                        {f"nullif(trim({visitor}), '')" if visitor else "null"}
                    from {rows}
                    """
                )


def _rows(connection: duckdb.DuckDBPyConnection, home: Path) -> dict[str, str]:
    """Relation -> SQL of its rows, for each relation that has parts."""
    found = connection.execute("select relation, list(path order by path) from main.parts group by all")
    return {
        relation: parquet_sql(home / path for path in paths)
        for relation, paths in found.fetchall()
        if relation in raw_relations()
    }


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


def _domains_of_others(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Return the domains at which people have addresses who are not those of the table `found`."""
    rows = connection.execute(
        """
        select distinct split_part(address, '@', -1) from identities
        where contains(address, '@') and address not in (select value from found)
        """
    ).fetchall()
    return frozenset(domain for (domain,) in rows)


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
            for relation, rows in _rows(connection, home).items()
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


def landing_files(home: Path) -> set[int]:
    """Return the ids of the landing files from which rows or texts about an erased person came."""
    record = Suppressions.load(home)
    if record is None:
        return set()
    with Ledger(home) as ledger:
        connection = ledger.connection
        _fill(connection, "erased", record.replacements(CONTACT, ADDRESS, VISITOR))
        sources = [f"select file_id from main.quarantined_records where raw_text = {quoted(NOTE)}"]
        for relation, rows in _rows(connection, home).items():
            own = [
                f"{name} in (select value from erased)"
                for name in raw_relations()[relation]
                if name in IDENTITIES
            ]
            if own:
                sources.append(f"select file_id from {rows} where {' or '.join(own)}")
        return {file_id for (file_id,) in connection.execute(" union ".join(sources)).fetchall()}


def report_file(home: Path, name: str) -> Path:
    """Return the path of an erasure's report in the home."""
    return home / FOLDER / name


def write_report(home: Path, file: Path, text: str) -> None:
    """Write a report without the values of erased people."""
    record = Suppressions.load(home)
    told = Mentions(record).replace(pa.array([text])).to_pylist()[0] if record else text
    keys.write_durably(file, told.encode())
