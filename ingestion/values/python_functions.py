"""Adds Python functions to a DuckDB connection, for rules that SQL would state at length or not at all."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from duckdb.func import FunctionNullHandling, PythonUDFType


def add_function(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    of_text: Callable[[str], object],
    sql_type: str,
    arrow_type: pa.DataType,
) -> None:
    """Let SQL on this connection call `of_text` as `name`; do nothing if the connection has that function.

    of_text: takes a text, returns a value of `sql_type` (`arrow_type` in Arrow). It is called once per
        distinct text of a chunk; null gives null.
    """

    def of_chunk(texts: pa.ChunkedArray) -> pa.Array:
        coded = pa.concat_arrays(texts.chunks).dictionary_encode()
        return pc.take(pa.array(map(of_text, coded.dictionary.to_pylist()), arrow_type), coded.indices)

    known = connection.execute("select count(*) from duckdb_functions() where function_name = ?", [name])
    if known.fetchall() == [(0,)]:
        connection.create_function(
            name,
            of_chunk,
            ["VARCHAR"],
            sql_type,
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )
