"""Which joins are taken to compare everything with everything."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.end_to_end.incremental.plans import plan_of, planned, quadratic_joins


@pytest.mark.parametrize(
    "sql",
    [
        "select * from a, b",
        "select * from a join b on a.x <= b.x",
        "select * from a join b on a.x between b.x and b.y",
        "select * from a left join b on a.x = b.x or a.y = b.y",
        "select * from a left join b on a.y = 0 and a.x = b.x",
        "select *, (select count(*) from b where b.x < a.x) from a",
        "with c as materialized (select distinct y from b) select * from a, c union all select * from a, c",
    ],
)
def test_what_compares_everything_is_found(sql: str) -> None:
    assert quadratic_joins(_plan_of_two_tables(sql))


@pytest.mark.parametrize(
    "sql",
    [
        "select * from a left join b on case when a.y = 0 then a.x end = b.x and a.y <= b.y",
        "select * from a where x not in (select x from b)",
        "select * from a asof join b on a.x = b.x and a.y >= b.y",
        "select * from a where x > (select max(x) from b)",
        "with c as materialized (select max(x) as x from b) select * from a, c where a.x > c.x union all from a, c",
        "select * from a, int_as_of_day",
    ],
)
def test_what_is_bounded_or_has_a_key_passes(sql: str) -> None:
    assert quadratic_joins(_plan_of_two_tables(sql)) == []


def _plan_of_two_tables(sql: str) -> Any:
    with planned(), duckdb.connect() as connection:
        for table in ("a", "b", "int_as_of_day"):
            connection.execute(f"create table {table} as select range as x, range % 7 as y from range(10000)")
        return plan_of(connection, sql)
