"""The published folder is what BI tools were promised: tables, columns, types, keys, and files that belong together."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.published.promised import COUNT, NAMED_ONLY, PROMISED, TABLES
from tests.harness.worlds import World


@pytest.fixture(scope="module")
def folder(faulty_world: World) -> Path:
    """What is published of a world."""
    return faulty_world.home / "published"


@pytest.fixture(scope="module")
def published(folder: Path):
    with duckdb.connect(str(folder / "insights.duckdb"), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("table", TABLES)
def test_columns_and_types(table: str, published: duckdb.DuckDBPyConnection) -> None:
    found = dict(
        published.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'marts' and table_name = ?",
            [table],
        ).fetchall()
    )
    promised = TABLES[table].columns
    assert {name: found.get(name) for name in promised} == promised


@pytest.mark.parametrize("table", PROMISED)
def test_keys_name_one_row_each(table: str, published: duckdb.DuckDBPyConnection) -> None:
    key = ", ".join(PROMISED[table].key)
    missing = " or ".join(f"{column} is null" for column in PROMISED[table].key)
    assert (
        published.execute(
            f"select {key}, count(*) from marts.{table} group by all having count(*) > 1 or {missing}"
        ).fetchall()
        == []
    )


#: Column -> the dimension that has the names, and how its rows are found.
NAMED_BY = {
    "email_name": ("dim_email", "email_id"),
    "journey_name": ("dim_journey", "journey_id"),
    "tile_name": ("dim_journey_tile", "journey_id, tile_id"),
    "segment_name": ("dim_segment", "segment_id"),
    "lead_scoring_model_name": ("dim_lead_scoring_model", "lead_scoring_model_id"),
    "page_name": ("dim_page", "page_id"),
    "form_name": ("dim_form", "form_id"),
    "website_name": ("dim_website", "website_id"),
    "redirect_url_name": ("dim_redirect_url", "redirect_url_id"),
}


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table in TABLES for column in TABLES[table].columns if column in NAMED_BY],
)
def test_names_are_those_of_the_dimension(
    table: str, column: str, published: duckdb.DuckDBPyConnection
) -> None:
    dimension, key = NAMED_BY[column]
    found = published.execute(
        f"select count(named.name) > 0, count(*) filter ({column} is distinct from named.name)"
        f" from marts.{table} left join marts.{dimension} as named using ({key})"
    ).fetchone()
    assert found == (True, 0)


#: The simulated feeds hold no optional value that is none of its kind.
EMPTY_HERE = frozenset({"build_nulled"})
#: Nobody is erased in simulated worlds, and this one sends too little to members of segments for what is rare.
NOTHING_HERE = {
    "mart_contact_growth_daily": {"contacts_erased"},
    "mart_email_segment_kpis": {
        *("bounced_soft", "sending_failed", "generated_leads", "feedback_loops", "unsubscribed"),
    },
}


def test_every_promised_table_is_there_and_filled(published: duckdb.DuckDBPyConnection) -> None:
    names = {
        name
        for (name,) in published.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
    }
    promised = TABLES.keys() | NAMED_ONLY
    assert promised - names == set()
    for name in promised - EMPTY_HERE:
        assert published.execute(f"select count(*) from marts.{name}").fetchone() != (0,), name


@pytest.mark.parametrize("table", [name for name in TABLES if name not in EMPTY_HERE])
def test_every_promised_column_is_filled(table: str, published: duckdb.DuckDBPyConnection) -> None:
    columns = list(TABLES[table].columns)
    counted = ", ".join(f'count("{column}")' for column in columns)
    found = published.execute(f"select {counted} from marts.{table}").fetchone()
    assert found is not None
    assert [column for column, rows in zip(columns, found, strict=True) if rows == 0] == []


@pytest.mark.parametrize("table", [name for name in TABLES if name.startswith("mart_")])
def test_something_is_counted_in_every_count(table: str, published: duckdb.DuckDBPyConnection) -> None:
    columns = [name for name, kind in TABLES[table].columns.items() if kind == COUNT]
    empty = [
        column
        for column in columns
        if published.execute(f"select coalesce(sum({column}), 0) from marts.{table}").fetchone() == (0,)
    ]
    assert set(empty) <= NOTHING_HERE.get(table, set())


def test_every_table_and_column_has_a_description(published: duckdb.DuckDBPyConnection) -> None:
    bare = published.execute(
        """select table_name, column_name from duckdb_columns() where schema_name = 'marts' and comment is null
        union all select table_name, null from duckdb_tables() where schema_name = 'marts' and comment is null
        union all select view_name, null from duckdb_views() where schema_name = 'marts' and comment is null"""
    ).fetchall()
    assert bare == []


def test_no_column_is_a_reserved_word(published: duckdb.DuckDBPyConnection) -> None:
    reserved = published.execute(
        """select columns.table_name, columns.column_name from information_schema.columns as columns
        inner join duckdb_keywords() as keywords on columns.column_name = keywords.keyword_name
        where columns.table_schema = 'marts' and keywords.keyword_category = 'reserved'"""
    ).fetchall()
    assert reserved == []


def test_parquet_and_database_belong_together(folder: Path, published: duckdb.DuckDBPyConnection) -> None:
    names = [
        name
        for (name,) in published.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
    ]
    assert {path.stem for path in (folder / "parquet").glob("*.parquet")} == set(names)
    for name in names:
        path = folder / "parquet" / f"{name}.parquet"
        both = published.execute(
            f"select (select count(*) from marts.{name}), (select count(*) from '{path}'),"
            f" (select count(*) from (from marts.{name} except all from '{path}'))"
        ).fetchone()
        assert both is not None
        assert both[0] == both[1], name
        assert both[2] == 0, name


def test_the_published_file_opens_under_any_name_and_with_sqlalchemy(folder: Path, tmp_path: Path) -> None:
    import shutil

    import sqlalchemy

    copy = tmp_path / "a copy.duckdb"
    shutil.copy(folder / "insights.duckdb", copy)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{copy}' as elsewhere (read_only)")
        assert connection.execute(
            "select count(*) from elsewhere.marts.mart_email_recipients"
        ).fetchone() != (0,)
    engine = sqlalchemy.create_engine(f"duckdb:///{copy}", connect_args={"read_only": True})
    with engine.connect() as reader:
        sent = reader.execute(sqlalchemy.text("select sum(sent) from marts.mart_email_kpis")).scalar_one()
    engine.dispose()
    assert sent > 0
