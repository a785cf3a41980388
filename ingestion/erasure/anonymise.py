"""Removes erased people from rows and texts.

Once somebody was erased, all landed data pass through this module.

Says which columns hold personal data and what replaces it; `record.py` says who was erased. The same row
always gives the same anonymous row, so a copy of an event that arrives later is still a duplicate of the
first, and a contact's address still leads to the (now anonymous) contact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.erasure.record import ADDRESS, CONTACT, PREFIX, VISITOR, Suppressions
from ingestion.erasure.sought import Sought
from ingestion.erasure.text_search import Mentions
from ingestion.sql import identifier, registered
from ingestion.values.identifier_columns import ADDRESS_COLUMNS, CONTACT_COLUMNS, LIST_COLUMNS, whole_column

VISITOR_COLUMNS = ("visitor_id", "anonymous_id", "domain_userid", "previous_id")
#: Column -> kinds of erased values to look for in it: a feed may use an address as a contact id, or a contact
#: id as a visitor id.
IDENTITIES = {
    **dict.fromkeys(CONTACT_COLUMNS, (CONTACT, ADDRESS)),
    **dict.fromkeys(ADDRESS_COLUMNS, (ADDRESS, CONTACT)),
    **dict.fromkeys(VISITOR_COLUMNS, (VISITOR, CONTACT, ADDRESS)),
    # This column points to another contact; the row belongs to the contact in `contact_id`.
    "merged_into": (CONTACT, ADDRESS),
}
#: Columns with what a person typed, in any relation; and CRM relation -> its columns with personal data.
_TYPED = ("submitted_values", "properties")
_PERSONAL = {"crm_contacts": ("first_name", "last_name", "account_id", "created_at"), "crm_leads": ("topic",)}
#: Columns whose values are replaced by tokens; the ledger keeps country and device under the token.
TRACES = ("ip", "user_agent")
#: Coordinates of erased people are rounded to a tenth of a degree: a town, not a house.
_COORDINATES = ("latitude", "longitude")
_DECIMALS = 1

NOTE = "(taken out: this text told of a person who was erased)"

#: How many quarantined records are searched at a time: each may be 16 MiB.
_RECORDS = 64

_Flags = npt.NDArray[np.bool_]


@dataclass
class Anonymiser:
    """Removes suppressed people from data that are landed now or were landed before.

    sought: the values of the only people who can still be in the data, in plain; None if they are not known.
    """

    suppressions: Suppressions
    sought: Sought | None = None
    #: Token -> the address or user agent it replaced in the rows seen; used for look-ups, never written.
    stands_for: dict[str, str] = field(default_factory=dict)
    #: Relation -> number of erased people's rows; relation -> number of other rows that mentioned one.
    own_rows: dict[str, int] = field(default_factory=dict)
    mentions: dict[str, int] = field(default_factory=dict)
    _in_texts: Mentions = field(init=False)
    _in_records: Mentions = field(init=False)

    def __post_init__(self) -> None:
        sought = self.sought
        words, all_words = (sought.words, sought.all_words) if sought else (None, None)
        self._in_texts = Mentions(self.suppressions, only=words)
        self._in_records = Mentions(self.suppressions, with_short_ids=True, only=all_words)

    @classmethod
    def of_home(cls, home: Path) -> Anonymiser | None:
        """Return the anonymiser of a home; None if nobody was ever erased."""
        suppressions = Suppressions.load(home)
        return cls(suppressions) if suppressions else None

    def rows(self, relation: str, rows: pa.Table) -> pa.Table:
        """Return the rows without erased people; the same object if none occurs in them."""
        return self.anonymous(relation, rows)[0]

    def anonymous(self, relation: str, rows: pa.Table) -> tuple[pa.Table, _Flags]:
        """Return the rows without erased people, and a flag per row: it told of one."""
        own, naming, changed = self._identities(rows)
        if own.any():
            changed.update(self._personal(relation, rows, changed, own))
        mentioning = self._texts(rows, changed)
        if not changed:
            return rows, naming
        self.own_rows[relation] = self.own_rows.get(relation, 0) + int(own.sum())
        self.mentions[relation] = self.mentions.get(relation, 0) + int((mentioning & ~own).sum())
        for name, values in changed.items():
            position = rows.schema.get_field_index(name)
            kind = rows.schema.field(position)
            rows = rows.set_column(position, kind, values.cast(kind.type))
        return rows, naming | mentioning

    def may_hold(self, rows: pa.Table) -> bool:
        """Whether rows may hold one of the people sought; quick where columns are coded by dictionaries."""
        ids: list[pa.Array] = []
        texts: list[pa.Array] = []
        for name in rows.column_names:
            for chunk in rows.column(name).chunks:
                values = chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk
                if values.null_count < len(values):
                    (ids if name in IDENTITIES else texts).append(values)
        if ids and self._suspected(pa.concat_arrays(ids)):
            return True
        return bool(texts) and bool(self._in_texts.of(pa.concat_arrays(texts)))

    def _suspected(self, values: pa.Array) -> list[int]:
        """Return the places of those values of an id column that may be erased ones."""
        if self.sought is None:
            return list(range(len(values)))
        cells = np.flatnonzero(self.sought.cells_among(values).to_numpy(zero_copy_only=False))
        return sorted({*cells.tolist(), *self._in_records.of(values)})

    def _identities(self, rows: pa.Table) -> tuple[_Flags, _Flags, dict[str, pa.Array]]:
        """Find the rows of erased people, the rows that name one in an id column, and the id columns that
        change, with erased ids replaced.
        """
        changed: dict[str, pa.Array] = {}
        is_contact = is_other = is_linked = np.zeros(rows.num_rows, dtype=bool)
        for name, kinds in IDENTITIES.items():
            if name not in rows.column_names:
                continue
            column = whole_column(rows, name)
            replaced, hits = self._replace_values(column, kinds)
            if name in CONTACT_COLUMNS:
                is_contact = is_contact | hits
                is_other = is_other | (~hits & _has_value(column))
            else:
                is_linked = is_linked | hits
            if hits.any():
                changed[name] = replaced
        own = is_contact | (is_linked & ~is_other)
        for name in ADDRESS_COLUMNS:
            # A row of an erased person may contain an address that is not in the record.
            if own.any() and name in rows.column_names:
                column = changed.get(name, whole_column(rows, name))
                if (own & _has_value(column)).any():
                    replaced = self._tokens(column, own, self.suppressions.own_address)
                    changed[name] = _where(own, replaced, column)
        return own, is_contact | is_linked, changed

    def _replace_values(self, column: pa.Array, kinds: Sequence[str]) -> tuple[pa.Array, _Flags]:
        """Replace each cell whose whole text is an erased value; hash each distinct value once."""
        coded = column.dictionary_encode()
        suspected = self._suspected(coded.dictionary)
        values = coded.dictionary.to_pylist() if suspected else []
        found = {place: self.suppressions.find(kinds, values[place]) for place in suspected}
        if not any(found.values()):
            return column, np.zeros(len(column), dtype=bool)
        is_hit = pa.array([found.get(place) is not None for place in range(len(values))])
        put = pa.array([found.get(place) or value for place, value in enumerate(values)], column.type)
        hits = pc.fill_null(pc.take(is_hit, coded.indices), False)
        return pc.take(put, coded.indices), hits.to_numpy(zero_copy_only=False)

    def _personal(
        self, relation: str, rows: pa.Table, changed: dict[str, pa.Array], own: _Flags
    ) -> dict[str, pa.Array]:
        found: dict[str, pa.Array] = {}
        for name in rows.column_names:
            column = changed.get(name, whole_column(rows, name))
            if name in _TYPED or name in _PERSONAL.get(relation, ()):
                found[name] = _where(own, pa.nulls(len(column), column.type), column)
            elif name in LIST_COLUMNS:
                replaced = self._tokens(column, own, self.suppressions.own_address, ";")
                found[name] = _where(own, replaced, column)
            elif name in TRACES:
                found[name] = _where(own, self._tokens(column, own, self._trace), column)
            elif name in _COORDINATES:
                found[name] = _where(own, pc.round(column, _DECIMALS), column)
        return found

    def _trace(self, plain: str) -> str:
        token = self.suppressions.token(plain)
        self.stands_for[token] = plain
        return token

    def _tokens(
        self, column: pa.Array, own: _Flags, token_of: Callable[[str], str], separator: str | None = None
    ) -> pa.Array:
        """Replace each value in an erased person's rows by a token; values that are already tokens stay.

        separator: the text between several values in one cell; None if a cell holds one value.
        """
        coded = column.dictionary_encode()
        used = set(pc.drop_null(pc.filter(coded.indices, pa.array(own))).to_pylist())
        put = coded.dictionary.to_pylist()
        for index in used:
            parts = put[index].split(separator) if separator else [put[index]]
            tokens = (token_of(one) if one and not one.startswith(PREFIX) else one for one in parts)
            put[index] = (separator or "").join(tokens)
        return pc.take(pa.array(put, column.type), coded.indices)

    def _texts(self, rows: pa.Table, changed: dict[str, pa.Array]) -> _Flags:
        """Remove erased values from the text columns that are not in `changed`.

        Return a flag per row: it had one.
        """
        mentioning = np.zeros(rows.num_rows, dtype=bool)
        for name in rows.column_names:
            if name in IDENTITIES or not _is_text(rows.schema.field(name).type):
                continue
            column = changed.get(name, whole_column(rows, name))
            if column.null_count == len(column):
                continue
            coded = column.dictionary_encode()
            put = self._in_texts.replace(coded.dictionary)
            if put is coded.dictionary:
                continue
            differs = pc.not_equal(put, coded.dictionary)
            mentioning |= pc.fill_null(pc.take(differs, coded.indices), False).to_numpy(zero_copy_only=False)
            changed[name] = pc.take(put, coded.indices)
        return mentioning

    def quarantine(self, connection: duckdb.DuckDBPyConnection, table: str) -> int:
        """Remove erased people from quarantined records; return how many lost their whole text."""
        self.texts(connection, table, "message")
        return _update(connection, table, "raw_text", self._notes)

    def texts(self, connection: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
        """Remove erased values from a column of texts; return how many texts changed."""
        return _update(connection, table, column, self._in_records.replace)

    def text(self, text: str | None) -> str | None:
        """Return one text without erased values."""
        return None if text is None else self._in_records.replace(pa.array([text])).to_pylist()[0]

    def _notes(self, texts: pa.Array) -> pa.Array:
        told = self._in_records.of(texts)
        return pa.array([NOTE if i in told else text for i, text in enumerate(texts.to_pylist())], texts.type)


def _update(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, change: Callable[[pa.Array], pa.Array]
) -> int:
    """Apply `change` to a column of texts and write those that differ; return how many did."""
    name = identifier(column)
    reader = connection.execute(
        f"select rowid as place, {name} as text from {table} where {name} is not null"
    ).to_arrow_reader(_RECORDS)
    pieces = []
    for batch in reader:
        changed = change(batch.column("text"))
        differs = pc.not_equal(changed, batch.column("text"))
        pieces.append(pa.table({"place": batch.column("place"), "text": changed}).filter(differs))
    new = pa.concat_tables(pieces) if pieces else None
    if new is None or not new.num_rows:
        return 0
    with registered(connection, "changed_texts", new):
        connection.execute(
            f"update {table} set {name} = changed_texts.text from changed_texts"
            f" where {table}.rowid = changed_texts.place"
        )
    return new.num_rows


def _has_value(column: pa.Array) -> _Flags:
    return pc.fill_null(pc.not_equal(column, ""), False).to_numpy(zero_copy_only=False)


def _where(chosen: _Flags, then: pa.Array, otherwise: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(chosen), then, otherwise)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)
