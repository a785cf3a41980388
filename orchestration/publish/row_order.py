"""Keeps large tables of a build in the order in which readers ask for their rows.

Reading one record then takes a few blocks and not the whole table. Sorting costs as much as the table is
long, so a table is sorted when it was made anew and when it has grown by a fifth since. Rows that came
meanwhile stand at its end, where a reader reads them too.
"""

from __future__ import annotations

import duckdb

#: Tables of which readers mostly ask for one record, in the order in which that lies together.
IN_ORDER = {
    "fct_email_events": "email_id, occurred_at",
    "fct_email_messages": "email_id, send_date",
    "mart_contact_timeline": "contact_id, occurred_at",
}
#: A smaller table is read whole as fast, so that sorting it is not worth its while.
ROWS_WORTH_SORTING = 200_000
#: Share of rows that may stand at the end, out of order.
UNSORTED_SHARE = 0.2
#: Schema of the build file, not published, with the number of rows that each table had when it was sorted.
SCHEMA = "row_order"


def put_in_order(connection: duckdb.DuckDBPyConnection, schema: str, *, made_anew: bool) -> list[str]:
    """Sort those large tables of a build file that need it, each in one transaction; return their names.

    made_anew: whether all tables were made anew, so that none is sorted yet.
    """
    connection.execute("set enable_progress_bar = false")
    connection.execute(f"create schema if not exists {SCHEMA}")
    connection.execute(f"create table if not exists {SCHEMA}.sorted (table_name varchar, row_count bigint)")
    if made_anew:
        connection.execute(f"delete from {SCHEMA}.sorted")
    chosen = [table for table in IN_ORDER if _is_out_of_order(connection, schema, table)]
    for table in chosen:
        _sort(connection, schema, table)
    return chosen


def _is_out_of_order(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    exists = connection.execute(
        "select 1 from duckdb_tables() where schema_name = ? and table_name = ?", [schema, table]
    ).fetchone()
    if exists is None:
        return False
    rows = connection.table(f"{schema}.{table}").shape[0]
    known = connection.execute(f"select row_count from {SCHEMA}.sorted where table_name = ?", [table])
    [is_sorted_up_to] = known.fetchone() or (0,)
    return rows >= ROWS_WORTH_SORTING and rows - is_sorted_up_to > UNSORTED_SHARE * rows


def _sort(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> None:
    """Write a table anew, sorted. Its definition stays, and with it comments and constraints."""
    connection.execute("begin")
    connection.execute(f"create table {SCHEMA}.rows as from {schema}.{table} order by {IN_ORDER[table]}")
    connection.execute(f"delete from {schema}.{table}")
    connection.execute(f"insert into {schema}.{table} by name from {SCHEMA}.rows")
    connection.execute(f"drop table {SCHEMA}.rows")
    connection.execute(f"delete from {SCHEMA}.sorted where table_name = ?", [table])
    connection.execute(f"insert into {SCHEMA}.sorted select ?, count(*) from {schema}.{table}", [table])
    connection.execute("commit")
    # The room of the rows that were deleted can be used again after it.
    connection.execute("checkpoint")
