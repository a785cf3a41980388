"""The pseudonymised copy of a build: every table and row, with keyed hashes where contacts stand.

Belongs here: what the copy hides and how. Does not belong here: when one is written and where it is put
(`publish.py`), or which columns are personal (the dbt project tags them).

One contact has one pseudonym in every table and every build of a home, so joins and comparisons over time
work; without the key nobody can tell whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.erasure import keys
from ingestion.erasure.record import stands_alone
from ingestion.erasure.text_search import mentions_in, replace_words
from ingestion.sql import quoted
from orchestration import connections
from orchestration.errors import TouchpointError
from orchestration.home import Home

KEY_VARIABLE = "TOUCHPOINT_PSEUDONYM_KEY"
#: Columns that hold a contact's id, or a visitor's where the contact is not known.
HASHED = frozenset({"contact_id", "visitor_key"})
#: Columns of keys that staging minted without a secret, of contacts' ids and addresses among others: whoever
#: guesses one could see it confirmed.
MINTED = frozenset({"interaction_id", "message_key"})
#: The member of a dimension that stands for nobody.
_NOBODY = "unknown"
_DIGITS = 32
_SCHEMA = "marts"
_BATCH = 20_000
#: Anything that looks like an address, percent-encoded or not.
_ADDRESS = re.compile(r"[\w.+'-]+(?:@|%40|%2540)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_MASK = "***"


@dataclass(frozen=True)
class Pseudonyms:
    """How to hide the contacts of a build. `personal`: table -> columns that the copy leaves empty."""

    key: bytes
    personal: Mapping[str, frozenset[str]]

    @classmethod
    def of_home(cls, home: Home, personal: Mapping[str, frozenset[str]]) -> Pseudonyms:
        """With the home's key; a new one where there is none."""
        if not any(personal.values()):
            raise TouchpointError("the dbt project tags no column as personal: no copy can be without them")
        return cls(keys.find_or_make(KEY_VARIABLE, home.pseudonym_key), personal)

    def of(self, value: str) -> str:
        """What stands for a contact or visitor."""
        return value if value == _NOBODY else keys.digest(self.key, value)[:_DIGITS]

    def of_minted(self, column: str) -> str:
        """SQL of what stands for a minted key: hashed by the engine, for there are as many as events."""
        secret = keys.digest(self.key, "minted keys")
        return f"left(sha256('{secret}' || {column}), {_DIGITS})"

    def write_copy(self, source: Path, target: Path) -> None:
        """Write the tables and views of a published file into a new file."""
        with connections.write(target) as connection:
            connection.execute(f"attach {quoted(str(source))} as source (read_only)")
            connection.execute(f"create schema {_SCHEMA}")
            self._write_pseudonyms(connection)
            for table, columns in _tables(connection).items():
                self._write_table(connection, table, columns)
            connection.execute("detach source")

    def _write_pseudonyms(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("create temp table pseudonyms (value varchar primary key, pseudonym varchar)")
        for table, columns in _tables(connection).items():
            for column in sorted(HASHED & columns.keys()):
                for values in _distinct(connection, table, column):
                    _insert(connection, "pseudonyms", {value: self.of(value) for value in values.to_pylist()})
        # What an id looks like inside a text; the short ones look like anything.
        connection.create_function("stands_alone", stands_alone, ["VARCHAR"], "BOOLEAN")
        connection.execute(
            "create temp table words as select lower(value) as word, pseudonym from pseudonyms "
            f"where value <> '{_NOBODY}' and stands_alone(value)"
        )

    def _write_table(
        self, connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]
    ) -> None:
        personal = self.personal.get(table, frozenset())
        shown, joins = [], []
        for number, (column, kind) in enumerate(columns.items()):
            name = f'"{column}"'
            if column in personal:
                shown.append(f"cast(null as {kind}) as {name}")
            elif column in HASHED:
                joins.append(f"left join pseudonyms as p{number} on t.{name} = p{number}.value")
                shown.append(f"p{number}.pseudonym as {name}")
            elif column in MINTED:
                shown.append(f"{self.of_minted(f't.{name}')} as {name}")
            elif kind == "VARCHAR" and self._find_mentions(connection, table, column, f"m{number}"):
                joins.append(f"left join m{number} on t.{name} = m{number}.value")
                shown.append(f"coalesce(m{number}.pseudonym, t.{name}) as {name}")
            else:
                shown.append(f"t.{name}")
        connection.execute(
            f'create table {_SCHEMA}."{table}" as select {", ".join(shown)} '
            f'from source.{_SCHEMA}."{table}" as t {" ".join(joins)}'
        )
        _copy_comments(connection, table)

    def _find_mentions(
        self, connection: duckdb.DuckDBPyConnection, table: str, column: str, target: str
    ) -> bool:
        """Make a table of the texts that mention a contact or an address, and of what is to be shown."""
        connection.execute(
            f"create or replace temp table {target} (value varchar primary key, pseudonym varchar)"
        )
        found = False
        for values in _distinct(connection, table, column):
            hidden = dict(self._hidden(connection, values))
            _insert(connection, target, hidden)
            found = found or bool(hidden)
        return found

    def _hidden(self, connection: duckdb.DuckDBPyConnection, texts: pa.Array) -> Iterator[tuple[str, str]]:
        rows = connection.execute("select distinct strlen(word) from words order by all").fetchall()
        lengths = dict.fromkeys((length for (length,) in rows), False)
        mentioned = mentions_in(texts, lengths, lambda words: _known(connection, words))
        for row, text in enumerate(texts.to_pylist()):
            forms = mentioned.get(row)
            shown = _mask_addresses(replace_words(text, forms) if forms else text)
            if shown != text:
                yield text, shown


def _distinct(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> Iterator[pa.Array]:
    """The distinct values of a column, some at a time, read beside what the connection does meanwhile."""
    sql = f'select distinct "{column}" from source.{_SCHEMA}."{table}" where "{column}" is not null'
    for batch in connection.cursor().execute(sql).to_arrow_reader(_BATCH):
        yield batch.column(0)


def _mask_addresses(text: str) -> str:
    return _ADDRESS.sub(_MASK, text) if "@" in text or "%" in text else text


def _known(connection: duckdb.DuckDBPyConnection, words: Collection[bytes]) -> dict[bytes, str]:
    candidates = pa.array([word.decode("utf-8", "replace") for word in words], pa.string())
    connection.register("candidates", pa.table({"word": candidates}))
    rows = connection.execute(
        "select word, min(pseudonym) from words semi join candidates using (word) group by word"
    ).fetchall()
    connection.unregister("candidates")
    return {word.encode(): pseudonym for word, pseudonym in rows}


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Mapping[str, str]) -> None:
    if not rows:
        return
    arrow = pa.table({"value": list(rows), "pseudonym": list(rows.values())})
    connection.register("rows_to_insert", arrow)
    connection.execute(f"insert or ignore into {table} select value, pseudonym from rows_to_insert")
    connection.unregister("rows_to_insert")


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where database_name = 'source' and schema_name = ? order by table_name, column_index",
        [_SCHEMA],
    ).fetchall():
        found.setdefault(table, {})[column] = kind
    return found


def _copy_comments(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    for column, comment in connection.execute(
        "select column_name, comment from duckdb_columns() where database_name = 'source' "
        "and schema_name = ? and table_name = ? and comment is not null",
        [_SCHEMA, table],
    ).fetchall():
        connection.execute(f'comment on column {_SCHEMA}."{table}"."{column}" is {quoted(comment)}')
