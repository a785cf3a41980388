"""The copy for BI: the same tables and joins, and nobody in them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.build.options import Options
from orchestration.build.run import BuildRun
from orchestration.errors import TouchpointError
from orchestration.home import Home
from orchestration.publish.pseudonyms import Pseudonyms
from orchestration.settings import Settings
from tests.orchestration.cli.test_erase import traces
from tests.orchestration.conftest import Built

ANN, BOB = "contact-0001", "contact-0002"
PERSONAL = {
    "dim_contact": frozenset({"email", "first_name"}),
    "fct_form_submissions": frozenset({"submitted_values"}),
}
NEEDLES = (ANN, BOB, "4217", "ann@", "ann%40", "Ann", "secret", "visitor-9")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "insights.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            f"""
            create table marts.dim_contact as
            from (values ('{ANN}', 'ann@x.org', 'Ann', 2), ('{BOB}', null, null, 1), ('4217', null, null, 0),
                ('unknown', null, null, null)) as t (contact_id, email, first_name, consent_level);
            comment on column marts.dim_contact.contact_id is 'The contact''s id.';
            create table marts.fct_form_submissions as
            from (values ('s1', '{ANN}', '{ANN}', 'secret', 'https://x/?u={ANN}&m=ann%40x.org'),
                ('s2', 'unknown', 'visitor-9', null, 'https://x/4299')
            ) as t (submission_id, contact_id, visitor_key, submitted_values, url);
            create table marts.fct_email_events as
            from (values ('i1', 'm1'), ('i2', 'm1'), ('i3', null)) as t (interaction_id, message_key);
            create table marts.fct_email_messages as select 'm1' as message_key;
            create table marts.fct_reasons as
            select 'mail to Ann@X.org bounced, {BOB.upper()} too; 550' as reason, 7 as page_0;
            create view marts.mart_contact_forms as
            select contact_id, visitor_key from marts.fct_form_submissions
            """
        )
    return path


@pytest.fixture
def copy(source: Path, tmp_path: Path) -> Path:
    target = tmp_path / "copy" / "insights.duckdb"
    target.parent.mkdir()
    Pseudonyms(b"key", PERSONAL).write_copy(source, target)
    return target


def rows(file: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_no_byte_of_the_copy_tells_of_anybody(source: Path, copy: Path) -> None:
    assert traces(source.parent, NEEDLES), "or looking proves nothing"
    assert traces(copy.parent, NEEDLES) == []


def test_every_table_has_its_rows_columns_and_comments(source: Path, copy: Path) -> None:
    columns = (
        "select table_name, column_name, data_type, comment from duckdb_columns() "
        "where schema_name = 'marts' order by all"
    )
    assert rows(copy, columns) == rows(source, columns)
    for (table,) in rows(
        source, "select distinct table_name from duckdb_columns() where schema_name = 'marts'"
    ):
        count = f"select count(*) from marts.{table}"
        assert rows(copy, count) == rows(source, count)


def test_tables_still_join(copy: Path) -> None:
    joined = rows(
        copy,
        """
        select f.submission_id, d.consent_level, f.visitor_key = d.contact_id
        from marts.fct_form_submissions f join marts.dim_contact d using (contact_id) order by 1
        """,
    )
    assert joined == [("s1", 2, True), ("s2", None, False)]
    assert rows(copy, "select contact_id from marts.mart_contact_forms") == rows(
        copy, "select contact_id from marts.fct_form_submissions"
    )


def test_a_key_that_was_minted_of_people_confirms_no_guess(source: Path, copy: Path, tmp_path: Path) -> None:
    events = "select interaction_id, message_key from marts.fct_email_events"
    shown = {value for row in rows(copy, events) for value in row if value}
    assert len(shown) == 4
    assert not shown & {value for row in rows(source, events) for value in row}
    another = tmp_path / "another.duckdb"
    Pseudonyms(b"another key", PERSONAL).write_copy(source, another)
    assert not shown & {value for row in rows(another, events) for value in row}
    joined = "select count(*) from marts.fct_email_events join marts.fct_email_messages using (message_key)"
    assert rows(copy, joined) == [(2,)]


def test_texts_show_the_pseudonym_and_no_address(copy: Path) -> None:
    hidden = Pseudonyms(b"key", PERSONAL)
    assert rows(copy, "select url from marts.fct_form_submissions order by 1") == [
        ("https://x/4299",),
        (f"https://x/?u={hidden.of(ANN)}&m=***",),
    ]
    assert rows(copy, "select reason from marts.fct_reasons") == [
        (f"mail to *** bounced, {hidden.of(BOB)} too; 550",)
    ]


def test_a_pseudonym_is_the_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home")
    first = Pseudonyms.of_home(home, PERSONAL).of(ANN)
    assert Pseudonyms.of_home(home, PERSONAL).of(ANN) == first
    assert home.pseudonym_key.stat().st_mode & 0o077 == 0
    monkeypatch.setenv("TOUCHPOINT_PSEUDONYM_KEY", "another")
    assert Pseudonyms.of_home(home, PERSONAL).of(ANN) != first


@pytest.mark.slow
def test_a_build_without_a_copy_is_not_what_was_asked_for(built: Built, landing: Path) -> None:
    settings = Settings(str(landing), built.home)
    for options, is_enough in ((Options(), True), (Options(pseudonymise=True), False)):
        assert BuildRun(settings, options, lambda _: None).is_up_to_date() is is_enough


@pytest.mark.slow
def test_what_the_project_tags_is_left_out(home: Path) -> None:
    dbt = Dbt(Home(home))
    tagged = dbt.personal_columns(Variables())
    assert tagged["dim_contact"] == {"email", "first_name", "last_name"}
    assert tagged["fct_survey_responses"] == {"answers"}
    assert tagged["dim_lead"] == {"topic"}
    assert not tagged["mart_email_kpis"]


def test_without_tags_no_copy_is_made(tmp_path: Path) -> None:
    with pytest.raises(TouchpointError, match="tags no column"):
        Pseudonyms.of_home(Home(tmp_path), {"dim_contact": frozenset()})
