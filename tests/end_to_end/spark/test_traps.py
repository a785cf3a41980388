"""Where Spark and Iceberg differ from DuckDB, or from what one expects of them: each has its test here."""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pytest

from engines.engine import PublishedTable
from engines.spark import checks, publication
from engines.spark.session import folder_of, session_of, stop
from tests.harness import spark
from tests.harness.paths import CHECKOUT

TEXTS = (
    *(
        "plain",
        "",
        " two  words ",
        "\u00a0no-break\u00a0",
        "\u3000wide\u2003",
        "\tkept tab\t",
        "a\n",
        "\u0085x",
    ),
    *(
        "ΟΔΟΣ",
        "ΣΑΣ x",
        "İstanbul",
        "I",
        "ß",
        "Ünïcode",
        "a.b.c",
        "a@b@c",
        "x\u2028y?z",
        "x\r\ny/",
        "path//",
        "/",
    ),
    *(
        "https://Example.com/Über?q=1#f",
        "HTTP://user@Host:80/p/",
        "a 'quoted' \\back",
        "one@two.example, x",
        "a\x0bb@c",
    ),
)
NUMBERS = (
    0.0,
    1.0,
    1.5,
    -2.25,
    12345678.0,
    123456789.125,
    0.0005,
    0.001,
    99999999.99,
    7.0,
    1234567890123.0,
)
DAYS = (datetime.date(2024, 2, 28), datetime.date(2023, 12, 31), datetime.date(1999, 1, 31))
INSTANTS = tuple(
    datetime.datetime(*parts, tzinfo=datetime.UTC)
    for parts in ((2024, 1, 31, 23, 59, 59, 999999), (2024, 3, 31, 0, 0, 0, 1), (1970, 1, 1, 0, 0, 0, 5))
)
ENGINES = ("duckdb", "spark")
#: Stands between the SQL of two macros that dbt compiles at once; in dbt's words beside it.
MARK = "~~~"
BETWEEN = f' ~ "{MARK}" ~ '
#: Macros that mean the same to both engines, by the kind of value.
MACROS = {
    "texts": (
        *("trim_text('value')", "lower_text('value')", "comparable_address('value')"),
        *("url_path('value')", "url_host('value')", "page_address('value')", "without_addresses('value')"),
        *("normalised_url('value')", "email_domain('value')"),
        *("dbt.split_part('value', \"'/'\", 1)", "dbt.split_part('value', \"'@'\", 1)"),
        *("content_key(['value'])", "decoded_parameter('value')", "url_parameter('value', 'q')"),
        *(f"'regexp_extract(value, ' ~ regex('{pattern}') ~ ', 0)'" for pattern in (".+", "/+$", "[^x]$")),
    ),
    "numbers": ("number_text('value')",),
    "days": (
        "'cast(' ~ dbt.dateadd('day', 1, 'value') ~ ' as date)'",
        "dbt.datediff('value', \"date '2024-03-01'\", 'day')",
        "end_of_utc_date('value')",
    ),
    "instants": (
        *("utc_date('value')", "utc_hour('value')", "epoch_microseconds('value')", "reporting_date('value')"),
        *("reporting_hour('value')", "dbt.dateadd('month', 1, 'value')"),
    ),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with its session, which dbt takes too."""
    folder = tmp_path_factory.mktemp("traps")
    session_of(folder, spark.settings())
    yield folder
    stop()


@pytest.fixture
def session(home: Path) -> Any:
    return session_of(home, spark.settings())


@pytest.fixture(scope="module")
def sql_of(home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The SQL that each macro gives for an engine: dbt reads the project once for all of them."""
    macros = ["view_read_often()", *(macro for of_kind in MACROS.values() for macro in of_kind)]
    folder = tmp_path_factory.mktemp("compiled")
    return {target: dict(zip(macros, compiled(macros, target, folder), strict=True)) for target in ENGINES}


def compiled(macros: Sequence[str], target: str, folder: Path) -> list[str]:
    from dbt.cli.main import dbtRunner

    project = CHECKOUT / "dbt_project"
    inline = f"{{{{ {BETWEEN.join(macros)} }}}}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOUCHPOINT_BUILD", str(folder))
        result = dbtRunner().invoke(
            [
                *("compile", "--inline", inline, "--vars", "{reporting_time_zone: Europe/Berlin}"),
                *("--target", target, "--target-path", str(folder / target)),
                *("--project-dir", str(project), "--profiles-dir", str(project)),
                *("--no-print", "--no-write-json", "--log-level", "none", "--log-level-file", "none"),
            ]
        )
    assert result.result is not None, result.exception
    return str(result.result.results[0].node.compiled_code).split(MARK)


@pytest.mark.parametrize(
    ("kind", "sql_type", "values"),
    [
        ("texts", "string", TEXTS),
        ("numbers", "double", NUMBERS),
        ("days", "date", DAYS),
        ("instants", "timestamp", INSTANTS),
    ],
)
def test_macros_mean_the_same(
    kind: str, sql_type: str, values: tuple[Any, ...], session: Any, sql_of: dict[str, dict[str, str]]
) -> None:
    rows = [(value,) for value in values]
    session.createDataFrame(rows, f"value {sql_type}").createOrReplaceTempView("given")
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"create table given (value {_DUCKDB_TYPES.get(sql_type, sql_type)})")
        connection.executemany("insert into given values (?)", rows)
        for macro in MACROS[kind]:
            here, there = (sql_of[target][macro] for target in ENGINES)
            one = connection.execute(f"select cast({here} as varchar) from given").fetchall()
            other = session.sql(f"select cast({there} as string) from given").collect()
            assert sorted(_plain(row[0]) for row in one) == sorted(_plain(row[0]) for row in other), macro


_DUCKDB_TYPES = {"string": "varchar", "timestamp": "timestamptz"}


def _plain(text: str | None) -> str:
    """An instant's text without its zone, which DuckDB writes and Spark does not; null as a word."""
    return "null" if text is None else text.removesuffix("+00")


#: Letters with lower case that Unicode has only since its version 14, which Java 17 does not know.
NEWER_LETTERS = {0x2C2F, 0xA7C0, 0xA7D0, 0xA7D6, 0xA7D8, *range(0x10570, 0x10596)}


def test_every_letter(session: Any, sql_of: dict[str, dict[str, str]], tmp_path: Path) -> None:
    """One by one, in lower case and trimmed."""
    letters, found = tmp_path / "letters.parquet", tmp_path / "found"
    macros = ("lower_text('value')", "trim_text('value')")
    here, there = ([sql_of[target][macro] for macro in macros] for target in ENGINES)
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select number, 'a' || chr(number::integer) as value from range(1, 1114112) as numbers (number)"
            f" where number not between 55296 and 57343) to '{letters}'"
        )
        session.read.parquet(letters.as_uri()).createOrReplaceTempView("letters")
        session.sql(f"select number, {there[0]} as lower, {there[1]} as trimmed from letters").write.parquet(
            found.as_uri()
        )
        differing = connection.execute(
            f"select number, {here[0]} <> lower, {here[1]} <> trimmed from '{letters}'"
            f" join '{found}/*.parquet' using (number) where {here[0]} <> lower or {here[1]} <> trimmed"
        ).fetchall()
    assert {number for number, _, is_trimmed in differing if is_trimmed} == set()
    assert {number for number, is_lower, _ in differing if is_lower} <= NEWER_LETTERS


def test_views_of_views_are_kept_as_tables(sql_of: dict[str, dict[str, str]]) -> None:
    """Spark plans a view anew wherever it is read: over views that read views it does not end."""
    assert [sql_of[target]["view_read_often()"].strip() for target in ENGINES] == ["view", "table"]


def test_a_replaced_view_has_its_new_text(session: Any) -> None:
    session.sql("create or replace view staging.v as select 1 as one")
    session.sql("create or replace view staging.v as select 2 as one")
    assert session.sql("select one from staging.v").collect()[0].one == 2


def test_replacing_a_table_keeps_what_was_tagged(session: Any) -> None:
    session.sql("create or replace table marts.t using iceberg as select 1 as one")
    session.sql("alter table marts.t create or replace tag build_a")
    session.sql("create or replace table marts.t using iceberg as select 2 as one, 3 as another")
    assert [tuple(row) for row in session.sql("select * from marts.t version as of 'build_a'").collect()] == [
        (1,)
    ]
    assert [tuple(row) for row in session.sql("select * from marts.t").collect()] == [(2, 3)]


def test_every_thread_has_the_session(session: Any, home: Path) -> None:
    """To a thread that did not start it Spark says that there is none; another one would clear what this one keeps."""
    session.sql("create table spark_catalog.scratch.kept using parquet as select 1 as one")
    with ThreadPoolExecutor(1) as other:
        assert other.submit(session_of, home, spark.settings()).result() is session
    assert [row.one for row in session.sql("select one from spark_catalog.scratch.kept").collect()] == [1]


def stopped_by_others(session: Any) -> None:
    session.stop()


def stopped_by_itself(session: Any) -> None:
    """As Spark does where it loses a cluster: Python is not told."""
    session.sparkContext._jsc.sc().stop()


def without_java(session: Any) -> None:
    process = session.sparkContext._gateway.proc
    process.kill()
    process.wait()


@pytest.mark.parametrize("end", [stopped_by_others, stopped_by_itself, without_java])
def test_a_session_that_ended_is_replaced(end: Callable[[Any], None], session: Any, home: Path) -> None:
    session.sql("create or replace table marts.kept using iceberg as select 1 as one")
    end(session)
    again = session_of(home, spark.settings())
    assert [row.one for row in again.sql("select one from marts.kept").collect()] == [1]
    assert session_of(home, spark.settings()) is again


def test_an_idle_session_does_not_lock_the_catalog(session: Any, home: Path) -> None:
    """Iceberg would, where the catalog is not new to it: others, and this process's next session, could not write."""
    session.stop()
    session_of(home, spark.settings()).sql("show tables in marts").collect()
    with contextlib.closing(sqlite3.connect(folder_of(home) / "catalog.db", timeout=0)) as catalog:
        catalog.execute("begin exclusive")


def test_the_year_1_is_kept(session: Any) -> None:
    session.sql("drop table if exists spark_catalog.scratch.old")
    session.sql("create table spark_catalog.scratch.old using parquet as select date'0001-01-01' as day")
    rows = session.sql("select cast(day as string) as day from spark_catalog.scratch.old").collect()
    assert [row.day for row in rows] == ["0001-01-01"]


def test_tags_have_names_that_iceberg_takes(session: Any) -> None:
    session.sql("create or replace table marts.t using iceberg as select 1 as one")
    tag = publication.tag_of("20260101T000000Z-bcdf")
    session.sql(f"alter table marts.t create or replace tag {tag}")
    assert session.sql(f"select count(*) from marts.t version as of '{tag}'").collect()[0][0] == 1


def test_a_forgotten_build_is_gone(session: Any) -> None:
    from py4j.protocol import Py4JError

    table = PublishedTable("p", "", {"one": ("INTEGER", "")})
    builds = ("20260101T000000Z-bcdf", "20260102T000000Z-ghjk")
    for number, build_id in enumerate(builds):
        session.sql(f"create or replace table marts.p using iceberg as select {number} as one")
        publication.tag(session, build_id, [table])
        publication.record(session, build_id)
    assert publication.published_builds(session) == [*reversed(builds)]
    publication.forget(session, builds[:1], ["marts.p"])
    assert publication.published_builds(session) == [builds[1]]
    assert session.sql("select count(*) from marts.p.all_data_files").collect()[0][0] == 1
    kept = session.sql(f"select one from marts.p version as of '{publication.tag_of(builds[1])}'").collect()
    assert [row.one for row in kept] == [1]
    with pytest.raises(Py4JError):
        session.sql(f"select one from marts.p version as of '{publication.tag_of(builds[0])}'").collect()


def test_checks_give_the_same_examples(session: Any) -> None:
    sql = "select count(*), min(case when n > 2 then cast(n as varchar) end, 3) from (select unnest([5, 1, 9, 3, 7]) as n)"
    assert checks.SparkChecks(session).rows(sql) == duckdb.sql(sql).fetchall()
