"""What two engines published is compared to the last bit, and with its columns."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from reliability.homes.comparison import compare_engines

TABLES = "create table marts.a as select 1 as id, 0.3::double as share union all select 2, 0.5"


def file_with(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        for statement in ("create schema marts", TABLES, *statements):
            connection.execute(statement)
    return path


def test_rows_in_another_order_are_equal(tmp_path: Path) -> None:
    one = file_with(tmp_path / "one.duckdb")
    other = file_with(
        tmp_path / "other.duckdb", "create or replace table marts.a as from marts.a order by id desc"
    )
    found = compare_engines(one, other)
    assert (found.tables, found.cells, found.different) == (1, 4, {})


@pytest.mark.parametrize(
    ("change", "different"),
    [
        ("update marts.a set share = 0.1::double + 0.2::double where id = 1", {"a": 2}),
        ("insert into marts.a from marts.a where id = 1", {"a": 2}),
        ("alter table marts.a alter share type decimal(9, 3)", {"a": 4}),
        ("create or replace table marts.a as select share, id from marts.a", {"a": 4}),
        ("create table marts.b as select 1 as id", {"b": 1}),
        ("create table marts.build_info as select 1 as id", {}),
    ],
)
def test_what_differs_is_counted(change: str, different: dict[str, int], tmp_path: Path) -> None:
    one, other = file_with(tmp_path / "one.duckdb"), file_with(tmp_path / "other.duckdb", change)
    assert compare_engines(one, other).different == different
    assert compare_engines(other, one).different == different
