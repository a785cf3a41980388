"""Tests that compare two models look at what changed in either of them, and at everything if that is not known."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import jinja2
import pytest

_DBT_PROJECT = Path(__file__).parents[2] / "dbt_project"
_MACROS = _DBT_PROJECT / "macros" / "incremental" / "changes.sql"
_DATED = _DBT_PROJECT / "tests" / "assert_email_messages_dated_by_first_attempt.sql"
_ADDITIVE = _DBT_PROJECT / "tests" / "assert_email_unique_counts_are_additive.sql"

ROWS = """
create table fct_email_events (message_key varchar, email_id varchar, interaction_type varchar, occurred_at date);
create table fct_email_messages (message_key varchar, send_date date);
create table mart_email_kpis_daily (email_id varchar, opened_unique bigint, clicked_unique bigint);
insert into fct_email_events
select message_key, email_id, unnest(['email_sent', 'email_opened']), unnest(['2026-01-02'::date, '2026-01-03'::date])
from (values ('m1', 'e1'), ('m2', 'e2'), ('m3', 'e3')) as sent (message_key, email_id);
insert into fct_email_messages values ('m1', '2026-01-01'), ('m2', '2026-01-01'), ('m3', '2026-01-02');
insert into mart_email_kpis_daily values ('e1', 7, 0), ('e2', 7, 0), ('e3', 1, 0);
create table log_fct_email_events as from fct_email_events where message_key = 'm1';
create table log_fct_email_messages as from fct_email_messages where message_key = 'm3';
create table log_mart_email_kpis_daily as from mart_email_kpis_daily where email_id = 'e3';
"""


@pytest.mark.parametrize(
    ("test", "unknown", "found"),
    [
        (_DATED, set(), {"m1"}),
        (_DATED, {"fct_email_messages"}, {"m1", "m2"}),
        (_DATED, {"fct_email_events", "fct_email_messages"}, {"m1", "m2"}),
        (_ADDITIVE, set(), {"e1"}),
        (_ADDITIVE, {"fct_email_events"}, {"e1", "e2"}),
    ],
)
def test_a_breach_is_found_where_something_changed(test: Path, unknown: set[str], found: set[str]) -> None:
    [macro] = re.findall(
        r"\{%- macro is_to_be_tested.*?endmacro -%\}", _MACROS.read_text(encoding="utf-8"), re.DOTALL
    )
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)
    query = environment.from_string(macro + test.read_text(encoding="utf-8")).render(
        ref=lambda model: model,
        log_of_this_build=lambda model: None if model in unknown else f"log_{model}",
        reporting_date=lambda instant: f"cast({instant} as date)",
    )
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        assert {row[0] for row in connection.execute(query).fetchall()} == found
