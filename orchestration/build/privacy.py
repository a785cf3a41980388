"""Addresses live in the contact dimension only: the check that they do not leak from it.

Belongs here: looking through the text columns of a build for contacts' addresses. Does not belong here:
taking them out (the dbt models do that).
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from expectations import CheckResult
from orchestration import connections

CHECK_NAME = "addresses_only_in_dim_contact"
_HOME_OF_ADDRESSES = "dim_contact"

#: Columns that may hold an address: ids and links are kept verbatim, a feed may use an address in either;
#: form values and survey answers are tagged as personal; the body of an e-mail is what it is.
_EXEMPT_SUFFIXES = (
    *("_id", "_key", "url", "page_address", "referrer"),
    *("html", "submitted_values", "answers", "file"),
)

_ADDRESS = r"[A-Za-z0-9._%+''-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]*[A-Za-z0-9]"


def check(insights: Path) -> CheckResult:
    """Say whether any text outside the contact dimension quotes the address of a known contact."""
    with connections.read(insights) as connection:
        leaks = _leaks(connection) if _has_addresses(connection) else []
    expected = "no contact's address stands in any table but dim_contact"
    observed = "; ".join(f"{rows} rows of {column}" for column, rows in leaks) or "none found"
    return CheckResult(
        check_name=CHECK_NAME,
        kind="audit",
        table_name=f"marts.{_HOME_OF_ADDRESSES}",
        passed=not leaks,
        observed=observed,
        expected=expected,
        message=f"{expected}: {observed}",
    )


def _has_addresses(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute(
        "select count(*) from duckdb_columns() "
        "where schema_name = 'marts' and table_name = ? and column_name = 'email'",
        [_HOME_OF_ADDRESSES],
    ).fetchone()
    return bool(found and found[0])


def _leaks(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    connection.execute(
        "create temp table addresses as select distinct lower(trim(email)) as address "
        f"from marts.{_HOME_OF_ADDRESSES} where email like '%@%'"
    )
    return [
        (f"{table}.{column}", rows)
        for table, column in _text_columns(connection)
        if (rows := _rows_with_address(connection, table, column))
    ]


def _text_columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    rows = connection.execute(
        "select c.table_name, c.column_name from duckdb_columns() as c "
        "inner join duckdb_tables() as t on c.table_oid = t.table_oid and c.database_name = t.database_name "
        "where c.schema_name = 'marts' and c.data_type = 'VARCHAR' order by all"
    ).fetchall()
    return [
        (table, column)
        for table, column in rows
        if table != _HOME_OF_ADDRESSES and not column.endswith(_EXEMPT_SUFFIXES)
    ]


def _rows_with_address(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    found = connection.execute(
        f"""
        with quoting as (
            select unnest(regexp_extract_all(lower("{column}"), '{_ADDRESS}')) as address
            from marts."{table}"
            where contains("{column}", '@')
        )
        select count(*) from quoting semi join addresses on quoting.address = addresses.address
        """
    ).fetchone()
    return int(found[0]) if found else 0
