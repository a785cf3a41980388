"""Writes the pseudonymised copy of a published database: all tables and rows, without personal data.

A keyed hash replaces contact ids and visitor keys. Personal columns (those that the dbt project tags) are
NULL. Inside other texts, the hash replaces ids and `***` replaces e-mail addresses.

A contact has the same pseudonym in every table and every build of a home, so joins and comparisons over time
work; without the key nobody can tell whose pseudonym it is.
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
#: Columns that hold a contact id, or a visitor id if the contact is not known.
HASHED = frozenset({"contact_id", "visitor_key"})
#: Columns of keys that staging hashes without a secret, partly from contact ids and addresses: somebody who
#: guesses an address could compute its key and find it in the copy.
MINTED = frozenset({"interaction_id", "message_key"})
#: Value of `contact_id` in the row of a dimension that facts without a contact refer to.
_NOBODY = "unknown"
_DIGITS = 32
_SCHEMA = "marts"
_BATCH = 20_000
#: Texts that look like an e-mail address, percent-encoded or not.
_ADDRESS = re.compile(r"[\w.+'-]+(?:@|%40|%2540)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_MASK = "***"


@dataclass(frozen=True)
class Pseudonyms:
    """Writes copies with one secret key.

    personal: by table, the columns that are NULL in the copy.
    """

    key: bytes
    personal: Mapping[str, frozenset[str]]

    @classmethod
    def of_home(cls, home: Home, personal: Mapping[str, frozenset[str]]) -> Pseudonyms:
        """Return pseudonyms with the key from the environment or the home; write a new key to the home if
        there is none.

        Raises `TouchpointError` if no column is personal, `LandingError` if the key file is empty.
        """
        if not any(personal.values()):
            raise TouchpointError("the dbt project tags no column as personal: no copy can be without them")
        return cls(keys.find_or_make(KEY_VARIABLE, home.pseudonym_key), personal)

    def of(self, value: str) -> str:
        """Return the pseudonym of a contact id or visitor key; `unknown` stays unchanged."""
        return value if value == _NOBODY else keys.digest(self.key, value)[:_DIGITS]

    def minted_sql(self, column: str) -> str:
        """SQL for the pseudonym of a minted key.

        DuckDB hashes these keys, because there are as many as events.
        """
        secret = keys.digest(self.key, "minted keys")
        return f"left(sha256('{secret}' || {column}), {_DIGITS})"

    def write_copy(self, source: Path, target: Path) -> None:
        """Write every table and view of the database `source` as a table of the new database `target`."""
        with connections.write(target) as connection:
            connection.execute(f"attach {quoted(str(source))} as source (read_only)")
            connection.execute(f"create schema {_SCHEMA}")
            self._write_pseudonyms(connection)
            for table, columns in _tables(connection).items():
                self._write_table(connection, table, columns)
            connection.execute("detach source")

    def _write_pseudonyms(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Create the tables `pseudonyms` (value, pseudonym) and `words` (word, pseudonym).

        `words` has only ids that are long and mixed enough to be recognised inside a text.
        """
        connection.execute("create temp table pseudonyms (value varchar primary key, pseudonym varchar)")
        for table, columns in _tables(connection).items():
            for column in sorted(HASHED & columns.keys()):
                for values in _distinct(connection, table, column):
                    _insert(connection, "pseudonyms", {value: self.of(value) for value in values.to_pylist()})
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
                shown.append(f"{self.minted_sql(f't.{name}')} as {name}")
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
        """Create the table `target` (value, pseudonym): texts of a column that name somebody, and what
        replaces them.

        Returns whether the column has such texts.
        """
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
        """Yield each text that mentions a contact or an address, with the text that replaces it."""
        rows = connection.execute("select distinct strlen(word) from words order by all").fetchall()
        lengths = dict.fromkeys((length for (length,) in rows), False)
        mentioned = mentions_in(texts, lengths, lambda words: _known(connection, words))
        for row, text in enumerate(texts.to_pylist()):
            forms = mentioned.get(row)
            shown = _mask_addresses(replace_words(text, forms) if forms else text)
            if shown != text:
                yield text, shown


def _distinct(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> Iterator[pa.Array]:
    """Yield the distinct values of a column in batches.

    Reads through a cursor of its own: the caller uses the connection between two batches.
    """
    sql = f'select distinct "{column}" from source.{_SCHEMA}."{table}" where "{column}" is not null'
    for batch in connection.cursor().execute(sql).to_arrow_reader(_BATCH):
        yield batch.column(0)


def _mask_addresses(text: str) -> str:
    return _ADDRESS.sub(_MASK, text) if "@" in text or "%" in text else text


def _known(connection: duckdb.DuckDBPyConnection, words: Collection[bytes]) -> dict[bytes, str]:
    """Return word -> pseudonym for those of the words (in lower case) that are ids."""
    candidates = pa.array([word.decode("utf-8", "replace") for word in words], pa.string())
    connection.register("candidates", pa.table({"word": candidates}))
    rows = connection.execute(
        "select word, min(pseudonym) from words semi join candidates using (word) group by word"
    ).fetchall()
    connection.unregister("candidates")
    return {word.encode(): pseudonym for word, pseudonym in rows}


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Mapping[str, str]) -> None:
    """Insert pairs of value and pseudonym; values that the table has already are left out."""
    if not rows:
        return
    arrow = pa.table({"value": list(rows), "pseudonym": list(rows.values())})
    connection.register("rows_to_insert", arrow)
    connection.execute(f"insert or ignore into {table} select value, pseudonym from rows_to_insert")
    connection.unregister("rows_to_insert")


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return table -> column -> SQL type for the whole source."""
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
