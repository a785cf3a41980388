"""What an adapter is: a provider's files and fields, described as data and SQL expressions.

The modules beside this one fill these descriptions in; `files/` reads the files by them. What an event means
is decided in the dbt staging model of the provider.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from ingestion.files.tables.table import Table, TableFile
from ingestion.landing.feed import CORRELATION_IDS, Feed
from ingestion.sql import identifier
from ingestion.values.instants import DateOrder

#: First columns of every raw event relation: where a row was read.
TRACE_COLUMNS: dict[str, str] = {
    "feed": "VARCHAR",
    "arrival_date": "DATE",
    "file_id": "BIGINT",
    "line_number": "BIGINT",
    "byte_offset": "BIGINT",
    "item_index": "INTEGER",
    "row_index": "INTEGER",
}

#: Columns that every provider relation has after the trace, in this order.
EVENT_COLUMNS: dict[str, str] = {
    "occurred_at": "TIMESTAMPTZ",
    "time_remainder": "VARCHAR",
    "recipient": "VARCHAR",
    **dict.fromkeys(CORRELATION_IDS, "VARCHAR"),
    **dict.fromkeys(("message_id", "url", "ip", "user_agent", "country", "region", "city"), "VARCHAR"),
    **dict.fromkeys(("latitude", "longitude"), "DOUBLE"),
}

#: Descriptions of these columns; an adapter may describe one more precisely.
SHARED_DESCRIPTIONS = {
    "feed": "Feed the record came from: the folder's name in the landing zone, or the configured name.",
    "arrival_date": "UTC day the file arrived (the day folder it lies in).",
    "file_id": "File the record was read from; see raw.files.",
    "line_number": "Line where the record starts, from 1.",
    "byte_offset": "Byte of the file where the record's line starts, from 0.",
    "item_index": "Place of the record in its line's array or items list, from 0; 0 where the line is the"
    " record.",
    "row_index": "Place of the row among the rows of one record (one per recipient), from 0.",
    "occurred_at": "Instant of the event, to the microsecond: the event's own time, else the message's, else"
    " the envelope's.",
    "time_remainder": "Digits of the event time beyond the microsecond; null where there are none. Part of an"
    " event's identity, not of its time.",
    "recipient": "E-mail address the event is about, as the provider wrote it.",
    "contact_id": "Our contact id, from the provider's place for metadata.",
    "email_id": "Our e-mail id, from the provider's place for metadata.",
    "journey_id": "Our journey id, from the provider's place for metadata.",
    "iteration_id": "Our journey iteration id, from the provider's place for metadata.",
    "tile_id": "Our journey tile id, from the provider's place for metadata.",
    "message_id": "Provider's id of the message.",
    "url": "Link that was clicked, verbatim.",
    "ip": "Address the open or click came from.",
    "user_agent": "User agent of the open or click.",
    "country": "Country the provider located the event in (ISO 3166-1 alpha-2).",
    "region": "Region the provider located the event in.",
    "city": "City the provider located the event in.",
    "latitude": "Latitude the provider located the event at.",
    "longitude": "Longitude the provider located the event at.",
}

#: Names of the columns with personal data; a column of such a name is personal in every relation.
PERSONAL_COLUMNS = frozenset(
    {"recipient", "ip", "user_agent", "message_recipient", "submitted_values", "properties"}
)


@dataclass(frozen=True)
class Column:
    """One typed raw column: `sql` over `r` (the transformed record) and `item` (the exploded row, if any).

    description: what the column holds; empty if SHARED_DESCRIPTIONS describes it.
    source: SQL of the text that `sql` merely casts; empty if `sql` does more than that.
    """

    type: str
    sql: str
    description: str = ""
    source: str = ""

    @property
    def reads_item(self) -> bool:
        """Whether the column's SQL uses `item`, so that its value differs between the rows of one record."""
        return re.search(r"\bitem\b", self.sql) is not None


def varchar(sql: str, description: str = "") -> Column:
    """Return a text column whose value is `sql`."""
    return Column("VARCHAR", sql, description)


def cast_as(sql_type: str, source: str, description: str = "") -> Column:
    """Return a column that casts the text of the SQL `source` to `sql_type`; null if it cannot be cast."""
    return Column(sql_type, f"try_cast({source} as {sql_type})", description, source)


@dataclass(frozen=True, kw_only=True)
class EventAdapter:
    """A provider whose files the core splits into records of one event; one SQL statement judges them all.

    All SQL is DuckDB SQL over `r`, a struct of the record's fields. Each field is text (or JSON), so that a
    value of the wrong type raises no error.

    name: registry key, default feed folder and raw relation.
    shapes: what it reads, for the documentation.
    description: what a row of the raw relation is.
    id_sql: from an id's name in the feed to the SQL over `r` that reads it as VARCHAR.
    event_type: SQL over `r`: the provider's type, null where missing (then quarantined `missing_field`).
    modelled: the types we model; a well-formed record of any other is ignored and counted by type. None:
        every type is modelled (a vocabulary we promise is checked in `known_values` instead).
    identifies: boolean SQL over `r`: whether a record of a type that we do not model says who a visitor is.
        Such a record is landed, not ignored.
    ignored_as: SQL over `r` giving the reason why a record is ignored though its type is modelled (`test`, a
        handshake), else null.
    items: SQL over `r` giving a list with one entry per row (recipients); null where a record is one row.
    required: field name -> SQL over `r` of an id or an address; null, '' or a word such as `none` quarantines
        the record as `missing_field`.
    known_values: field name -> boolean SQL over `r`; not true quarantines the record as `unknown_value` (a
        required vocabulary).
    nulled: field name -> boolean SQL over `r`; true where an optional field holds a value that its column
        turns into null (known of columns by `cast_as`): counted per file and field, the record is landed.
    event_time: SQL over `r` giving the time as VARCHAR: null is `missing_field`.
    parsed_time: SQL over `r` giving TIMESTAMPTZ; null where `event_time` is not is `bad_timestamp`.
    columns: raw columns beside trace and ids, by name; must cover EVENT_COLUMNS it has values for (absent
        ones become typed nulls), `occurred_at` excepted (that is `parsed_time`), then its own.
    own_columns: names in `columns` that are not EVENT_COLUMNS, in order (they follow the common ones).
    """

    name: str
    shapes: str
    description: str
    event_type: str
    modelled: frozenset[str] | None
    event_time: str
    parsed_time: str
    columns: Mapping[str, Column]
    id_sql: Callable[[str], str] = lambda name: "null"
    identifies: str = "false"
    ignored_as: str = "null"
    items: str | None = None
    required: Mapping[str, str] = field(default_factory=dict)
    known_values: Mapping[str, str] = field(default_factory=dict)
    nulled: Mapping[str, str] = field(default_factory=dict)

    @property
    def losses(self) -> dict[str, str]:
        """Field name -> condition under which its value is lost.

        One per column that casts a text, and `nulled`.
        """
        casts = {
            name: f"(coalesce(trim({column.source}), '') <> '' and {column.sql} is null)"
            for name, column in self.columns.items()
            if column.source and not column.reads_item
        }
        return {**casts, **self.nulled}

    @property
    def own_columns(self) -> dict[str, str]:
        """Columns only this provider has: name -> SQL type."""
        return {name: column.type for name, column in self.columns.items() if name not in EVENT_COLUMNS}

    @property
    def relation_columns(self) -> dict[str, str]:
        """Every column of the raw relation in order: name -> SQL type."""
        return {**TRACE_COLUMNS, **EVENT_COLUMNS, **self.own_columns}

    @property
    def descriptions(self) -> dict[str, str]:
        """What this provider's columns hold, where SHARED_DESCRIPTIONS does not say it: name -> words."""
        return {name: column.description for name, column in self.columns.items() if column.description}


@dataclass(frozen=True, kw_only=True)
class JsonAdapter(EventAdapter):
    """A provider whose records are JSON objects.

    A *document* is one JSON value of the file, `doc` (type JSON); a *record* is one event in it, `body` (type
    JSON); `r` is `json_transform(body, structure)`: a struct of the fields the adapter reads.

    may_hold_many: cheap SQL boolean over `text` (the document as VARCHAR): whether it may hold several
        records or need unwrapping. A document for which it is false is taken as one record, the fast path.
    records: SQL over `doc` giving JSON[]: the records in a document for which `may_hold_many` is true. An
        element may be any JSON value; those that are not objects are quarantined as `wrong_shape`.
    structure: from the feed's id names (ours -> the feed's) to the `json_transform` structure, every leaf a
        VARCHAR or JSON.
    decode: optional Python callable for a line that is not JSON. It returns the JSON text that the line
        carries in this provider's other transport (a form-encoded body), or None if it carries none.
    """

    structure: Callable[[Mapping[str, str]], dict[str, object]]
    may_hold_many: str = "text[1] = '['"
    records: str = "case when json_type(doc) = 'ARRAY' then cast(doc as JSON[]) else [doc] end"
    decode: Callable[[str], str | None] | None = None


@dataclass(frozen=True, kw_only=True)
class LineAdapter(EventAdapter):
    """A provider whose records are lines of text.

    fields: SQL over `body` (the line without its line break), and `directive` where there are any, giving
        `r`, a struct or list of texts.
    is_record: boolean SQL over `r`; a line for which it is not true is quarantined as `wrong_shape`.
    mistaken: SQL over `body` giving the message for a `wrong_shape` line: what it looks like, what to do.
    for_feed: the adapter of lines in the format that a feed is configured with; None: all feeds are alike.
    has_directives: lines that begin with `#` are directives, which the adapter ignores; the last `#Fields:`
        before a line is its `directive`, and says what the line holds.
    """

    fields: str
    is_record: str
    mistaken: str
    for_feed: Callable[[Feed], LineAdapter] | None = None
    has_directives: bool = False


@runtime_checkable
class TabularAdapter(Protocol):
    """An adapter whose files are tables: CSV, JSON lines or Parquet.

    name: registry key and default feed folder.
    shapes: what it reads, for the documentation.
    relations: every raw relation it lands -> its columns in order (name -> SQL type), trace included.
    json: how files that hold JSON are read by the core, line by line, into the relation `json.name`; None
        where they are tables too. Its `name` must be a key of `relations`.
    headers: names of columns, in lower case; a text file is a CSV table rather than JSON where its header has
        one of them. Only asked if `json`.
    """

    name: str
    shapes: str
    relations: Mapping[str, Mapping[str, str]]
    json: JsonAdapter | None
    headers: frozenset[str]

    def relation_of(self, file: TableFile) -> str:
        """Return the relation that the file's rows belong to.

        Raise `UnreadableFile` if the adapter has none.
        """

    def table(self, relation: str, names: Mapping[str, str], date_order: DateOrder | None) -> Table:
        """Return the description of how to read the files of a relation.

        names: our id name -> the feed's; of any other column too, where the feed says so.
        date_order: of dates as spreadsheets show them; None: ISO 8601 alone.
        """

    def as_text(self, file: TableFile, spill: Path) -> TableFile:
        """Return the file, or a copy of it in the folder `spill` in an encoding that can be read."""


@runtime_checkable
class FolderAdapter(TabularAdapter, Protocol):
    """A tabular adapter whose files come as one folder per arrival day: an index and many small tables.

    When a table (a "blob") has grown, only its new end is read. The one relation has the adapter's name.
    """

    def record_type(self, file_name: str) -> str | None:
        """Return the type of a blob's records, from its path in the day's folder; None if it is no blob."""

    def index_of(self, file_name: str) -> str:
        """Return the name of the index that should list a blob."""

    def is_index(self, file_name: str) -> bool:
        """Whether the file is an index."""

    def read_index(self, path: Path) -> Collection[str]:
        """Return the `listed_name` of every blob in an index.

        Raise `UnreadableFile` if the file is no index.
        """

    def listed_name(self, file_name: str) -> str:
        """Return the name by which `read_index` lists a blob."""


Adapter = JsonAdapter | LineAdapter | TabularAdapter


def text_field(name: str) -> str:
    """SQL for the top-level field `name` of `r`, whatever characters the name has."""
    return f"r.{identifier(name)}"


def filled(*fields: str) -> str:
    """SQL for the first of `fields` of `r` that is neither null nor blank."""
    return "coalesce(" + ", ".join(f"nullif(trim(r.{field}), '')" for field in fields) + ")"


def in_json(json_sql: str, name: str, *, first: bool = False) -> str:
    """SQL for the text under the key `name` of a JSON object; with `first`, of an array's first object."""
    pointer = name.replace("~", "~0").replace("/", "~1").replace("'", "''")
    return f"json_extract_string({json_sql}, '{'/0' if first else ''}/{pointer}')"


#: The host that the feed is configured for, null where it is not: the core sets it before each landing
#: statement.
FEED_HOST = "cast(getvariable('feed_host') as VARCHAR)"
