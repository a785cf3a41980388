"""The raw relations as Iceberg tables of schema `raw`, with the rows that a build has to see.

Belongs here: reading landed Parquet parts and copies of the ledger's tables into Spark. Which parts those
are, the ledger says (`ingestion/landing/raw_layer.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingestion.landing import raw_layer

#: Spark's types by those of DuckDB that raw files have.
_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "bigint",
    "INTEGER": "int",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMPTZ": "timestamp",
}


def expose(session: Any, home: Path, copies: Path, *, everything: bool) -> None:
    """Write the raw relations with the rows of new parts or of all parts, and the ledger's tables.

    copies: folder for copies of the ledger's tables.
    """
    files = raw_layer.raw_files(home, copies, everything=everything)
    known = {row.tableName for row in session.sql("show tables in raw").collect()}
    empty = _empty_tables(session, known)
    for relation, columns in raw_layer.raw_relations().items():
        paths = files.parts.get(relation, [])
        if paths or relation not in empty:
            _replace(session, relation, _rows(session, columns, paths))
    for relation, path in files.copies.items():
        rows = session.read.parquet(path.as_uri())
        if everything or relation not in known or _differs(session, relation, rows):
            _replace(session, relation, rows)


def schema_of(columns: Mapping[str, str]) -> str:
    """Return columns with DuckDB's types as a schema in Spark's words."""
    return ", ".join(f"`{name}` {_TYPES[kind.upper()]}" for name, kind in columns.items())


def _rows(session: Any, columns: Mapping[str, str], paths: list[Path]) -> Any:
    """Return the rows of Parquet files; columns that an earlier version's files lack are null."""
    if not paths:
        nulls = [f"cast(null as {_TYPES[kind.upper()]}) as `{name}`" for name, kind in columns.items()]
        return session.range(0).selectExpr(*nulls)
    return session.read.schema(schema_of(columns)).parquet(*(path.as_uri() for path in paths))


def _replace(session: Any, relation: str, rows: Any) -> None:
    rows.writeTo(f"raw.`{relation}`").using("iceberg").createOrReplace()


def _differs(session: Any, relation: str, rows: Any) -> bool:
    """Whether a table has other rows than these."""
    sides = [
        table.selectExpr("struct(*) as version", f"{side} as side")
        for table, side in ((rows, 1), (session.table(f"raw.`{relation}`"), -1))
    ]
    counted = sides[0].union(sides[1]).groupBy("version").agg({"side": "sum"})
    return not counted.where("`sum(side)` <> 0").isEmpty()


def _empty_tables(session: Any, names: set[str]) -> set[str]:
    """Return the tables without rows: they need not be made anew where nothing came."""
    if not names:
        return set()
    asked = " union all ".join(f"(select '{name}' as name from raw.`{name}` limit 1)" for name in names)
    return names - {row.name for row in session.sql(asked).collect()}
