"""Finds the people of an erasure: contacts, and the addresses and visitor ids that raw rows give them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import duckdb

from ingestion.erasure.anonymise import VISITOR_COLUMNS
from ingestion.erasure.record import ADDRESS, CONTACT, VISITOR, Suppressions, normalised, stands_alone
from ingestion.erasure.sought import Sought
from ingestion.landing.raw_layer import raw_relations
from ingestion.ledger import Ledger
from ingestion.sql import arrow_table, parquet_sql, registered
from ingestion.values.identifier_columns import ADDRESS_COLUMNS, CONTACT_COLUMNS, LIST_COLUMNS


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
        fill(connection, "wanted", wanted)
        fill(connection, "found", [])
        fill(connection, "erased", record.replacements(CONTACT, ADDRESS) if record else [])
        rows = connection.execute(
            f"select distinct coalesce(contact_id, address) from identities where {_MINE}"
        ).fetchall()
        known = {contact_id for (contact_id,) in rows}
        known |= _in_quarantine(connection, [one for one in wanted if one not in known])
        addresses, shared_addresses = _beside(connection, "address", _MINE, "contact_id is not null")
        fill(connection, "found", addresses)
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
    fill(connection, "given", list(found))
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


def fill(connection: duckdb.DuckDBPyConnection, table: str, values: Collection[str]) -> None:
    """Create a temporary table with one text column, `value`, or replace it."""
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
    for relation, rows in rows_by_relation(connection, home).items():
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


def rows_by_relation(connection: duckdb.DuckDBPyConnection, home: Path) -> dict[str, str]:
    """Relation -> SQL of its rows, for each relation that has parts."""
    found = connection.execute("select relation, list(path order by path) from main.parts group by all")
    return {
        relation: parquet_sql(home / path for path in paths)
        for relation, paths in found.fetchall()
        if relation in raw_relations()
    }


def _domains_of_others(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Return the domains at which people have addresses who are not those of the table `found`."""
    rows = connection.execute(
        """
        select distinct split_part(address, '@', -1) from identities
        where contains(address, '@') and address not in (select value from found)
        """
    ).fetchall()
    return frozenset(domain for (domain,) in rows)
