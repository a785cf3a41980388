"""The published folder is what BI tools were promised: tables, columns, types, keys, and files that belong together."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

TEXT, DATE, INSTANT, COUNT, RATE, FLAG = (
    "VARCHAR",
    "DATE",
    "TIMESTAMP WITH TIME ZONE",
    "BIGINT",
    "DOUBLE",
    "BOOLEAN",
)
COUNTS = dict.fromkeys(
    [
        "targeted",
        "blocked",
        "sending_failed",
        "sent",
        "bounced_hard",
        "bounced_soft",
        "bounced_other",
        "bounced_total",
        "delivered",
        "delivered_confirmed",
        "opened_total",
        "opened_unique",
        "did_not_open",
        "clicked_total",
        "clicked_unique",
        "forwarded",
        "feedback_loops",
        "unsubscribed",
        "subscription_submitted",
        "generated_leads",
        "opened_unique_human",
        "clicked_unique_human",
        "opened_total_human",
        "clicked_total_human",
    ],
    COUNT,
)
RATES = dict.fromkeys(
    [
        "delivery_rate",
        "open_rate",
        "click_rate",
        "click_to_open_rate",
        "hard_bounce_rate",
        "soft_bounce_rate",
        "block_rate",
        "complaint_rate",
        "unsubscribe_rate",
        "open_rate_human",
        "click_rate_human",
        "click_to_open_rate_human",
    ],
    RATE,
)
IDS = {"email_id": TEXT, "journey_id": TEXT}
PLACE = {"country": TEXT, "region": TEXT, "city": TEXT}
RESPONSES = {"opens": COUNT, "clicks": COUNT}

PROMISED = {
    "mart_email_kpis_daily": {**IDS, "tile_id": TEXT, "send_date": DATE, **COUNTS},
    "mart_email_kpis": {"email_id": TEXT, "email_name": TEXT, "subject": TEXT, **COUNTS, **RATES},
    "mart_email_journey_kpis": {**IDS, **COUNTS, **RATES},
    "mart_email_responses_hourly": {
        **IDS,
        "interaction_type": TEXT,
        "interaction_hour": INSTANT,
        "interactions": COUNT,
        "interactions_human": COUNT,
    },
    "mart_email_geography": {
        **IDS,
        "send_date": DATE,
        **PLACE,
        **RESPONSES,
        "latitude": RATE,
        "longitude": RATE,
    },
    "mart_email_clients": {
        **IDS,
        "send_date": DATE,
        "device": TEXT,
        "client": TEXT,
        "operating_system": TEXT,
        **RESPONSES,
    },
    "mart_email_recipients": {
        "message_key": TEXT,
        **IDS,
        "tile_id": TEXT,
        "contact_id": TEXT,
        "recipient_domain": TEXT,
        "sent_at": INSTANT,
        "delivery_status": TEXT,
        "reason": TEXT,
        "first_opened_at": INSTANT,
        "opens": COUNT,
        "first_clicked_at": INSTANT,
        "clicks": COUNT,
        "forwarded": COUNT,
        "complained": COUNT,
        "unsubscribed": COUNT,
    },
    "mart_email_domains": {"email_id": TEXT, "recipient_domain": TEXT, **COUNTS, **RATES},
    "mart_email_links": {
        "email_id": TEXT,
        "link_url": TEXT,
        "link_name": TEXT,
        "clicks_total": COUNT,
        "clicks_unique": COUNT,
        "click_through_rate": RATE,
        "link_rank": COUNT,
    },
    "mart_email_links_daily": {
        **IDS,
        "link_url": TEXT,
        "send_date": DATE,
        "clicks_total": COUNT,
        "clicks_unique": COUNT,
    },
    "mart_email_interactions": {
        "interaction_id": TEXT,
        **IDS,
        "contact_id": TEXT,
        "occurred_at": INSTANT,
        "interaction_type": TEXT,
        "link_url": TEXT,
        "country": TEXT,
        "is_machine": FLAG,
    },
    "build_files": {
        "feed": TEXT,
        "arrival_date": DATE,
        "file": TEXT,
        "records_read": COUNT,
        "records_landed": COUNT,
        "duplicates": COUNT,
        "ignored": COUNT,
        "quarantined": COUNT,
        "file_quarantined": FLAG,
    },
    "build_checks": {
        "build_id": TEXT,
        "check_name": TEXT,
        "kind": TEXT,
        "table_name": TEXT,
        "passed": FLAG,
        "observed": TEXT,
        "expected": TEXT,
    },
    "quarantine": {
        "feed": TEXT,
        "arrival_date": DATE,
        "file": TEXT,
        "line": COUNT,
        "byte_offset": COUNT,
        "reason_code": TEXT,
        "message": TEXT,
    },
}
PROMISED_TABLES = {
    *PROMISED,
    *("build_info", "dim_contact", "dim_email", "dim_journey", "dim_journey_tile", "dim_date"),
    *("fct_email_messages", "fct_email_events"),
}


@pytest.fixture(scope="module")
def folder(built_at_once: Path) -> Path:
    return built_at_once / "published"


@pytest.fixture(scope="module")
def published(folder: Path):
    with duckdb.connect(str(folder / "insights.duckdb"), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("table", PROMISED)
def test_columns_and_types(table: str, published: duckdb.DuckDBPyConnection) -> None:
    found = dict(
        published.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'marts' and table_name = ?",
            [table],
        ).fetchall()
    )
    assert {name: found.get(name) for name in PROMISED[table]} == PROMISED[table]


def test_every_promised_table_is_there_and_filled(published: duckdb.DuckDBPyConnection) -> None:
    names = {
        name
        for (name,) in published.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
    }
    assert PROMISED_TABLES - names == set()
    for name in PROMISED_TABLES:
        assert published.execute(f"select count(*) from marts.{name}").fetchone() != (0,), name


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


def test_addresses_are_in_one_table_only(published: duckdb.DuckDBPyConnection) -> None:
    address = published.execute(
        "select email from marts.dim_contact where email like '%@%' and length(email) > 8 limit 1"
    ).fetchone()
    assert address is not None
    texts = published.execute(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'marts' and data_type = 'VARCHAR' and table_name <> 'dim_contact'"
    ).fetchall()
    holding = [
        (table, column)
        for table, column in texts
        if published.execute(
            f'select 1 from marts."{table}" where lower("{column}") in'
            " (select email from marts.dim_contact where email is not null) limit 1"
        ).fetchone()
    ]
    assert holding == []


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


#: Marts that say the same in other grains: each pair of queries gives equal rows.
AGREEMENTS = {
    "daily sums to email": (
        "select email_id, sum(sent), sum(opened_unique), sum(clicked_total) from marts.mart_email_kpis_daily group by 1",
        "select email_id, sent, opened_unique, clicked_total from marts.mart_email_kpis",
    ),
    "journeys sum to email": (
        "select email_id, sum(delivered), sum(unsubscribed) from marts.mart_email_journey_kpis group by 1",
        "select email_id, delivered, unsubscribed from marts.mart_email_kpis",
    ),
    "domains sum to email": (
        "select email_id, sum(targeted), sum(bounced_total) from marts.mart_email_domains group by 1",
        "select email_id, targeted, bounced_total from marts.mart_email_kpis",
    ),
    "recipients by status are the e-mail KPIs": (
        """select email_id, count(*), count(*) filter (delivery_status = 'blocked'),
            count(*) filter (delivery_status = 'delivered'), sum(opens), sum(clicks), sum(forwarded),
            sum(complained), sum(unsubscribed) from marts.mart_email_recipients group by 1""",
        """select email_id, targeted, blocked, delivered, opened_total, clicked_total, forwarded, feedback_loops,
            unsubscribed from marts.mart_email_kpis""",
    ),
    "places have every open and click": (
        "select email_id, sum(opens), sum(clicks) from marts.mart_email_geography group by 1",
        "select email_id, opened_total, clicked_total from marts.mart_email_kpis where opened_total + clicked_total > 0",
    ),
    "clients have every open and click": (
        "select email_id, sum(opens), sum(clicks) from marts.mart_email_clients group by 1",
        "select email_id, opened_total, clicked_total from marts.mart_email_kpis where opened_total + clicked_total > 0",
    ),
    "links have every click": (
        "select email_id, sum(clicks_total) from marts.mart_email_links group by 1",
        "select email_id, clicked_total from marts.mart_email_kpis where clicked_total > 0",
    ),
    "hours have every interaction": (
        "select email_id, interaction_type, sum(interactions) from marts.mart_email_responses_hourly group by 1, 2",
        "select email_id, interaction_type, count(*) from marts.mart_email_interactions group by 1, 2",
    ),
}


@pytest.mark.parametrize("agreement", AGREEMENTS)
def test_grains_agree(agreement: str, published: duckdb.DuckDBPyConnection) -> None:
    one, other = AGREEMENTS[agreement]
    assert sorted(published.execute(one).fetchall()) == sorted(published.execute(other).fetchall())
