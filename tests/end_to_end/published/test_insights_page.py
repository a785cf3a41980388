"""The questions of docs/insights.md can be asked as they stand and cover every tab; the picture is drawn of the same."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from orchestration.tools import answers, picture
from tests.harness.worlds import World

TEXT = answers.PAGE.read_text(encoding="utf-8")
QUERIES = answers.queries(TEXT)


@pytest.fixture(scope="module")
def published(faulty_world: World) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(faulty_world.published), read_only=True)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(QUERIES)))
def test_a_question_has_an_answer(number: int, published: duckdb.DuckDBPyConnection) -> None:
    _, rows = answers.answer(published, QUERIES[number])
    assert rows, QUERIES[number]


@pytest.mark.slow
def test_every_mart_is_asked(published: duckdb.DuckDBPyConnection) -> None:
    marts = {
        name
        for (name,) in published.execute(
            "select table_name from information_schema.tables"
            " where table_schema = 'marts' and table_name like 'mart%'"
        ).fetchall()
    }
    asked = set(re.findall(r"marts\.(mart_\w+)", "\n".join(QUERIES)))
    assert marts - asked == set()
    assert asked - marts == set()


def test_every_answer_is_printed() -> None:
    printed = re.findall(r"```sql\n(.*?)```\n```text\n(.+?)\n```", TEXT, re.DOTALL)
    assert [sql for sql, _ in printed] == QUERIES
    assert all(len(result.splitlines()) > 1 for _, result in printed)


def test_fourteen_questions_take_one_select_each() -> None:
    section = TEXT.split("## Fourteen questions")[1].split("\n# ")[0]
    asked = re.findall(r"^### .*\?\n(?:.*\n)*?```sql\n((?:.*\n)+?)```", section, re.MULTILINE)
    assert len(asked) == section.count("\n### ") == 14
    assert all(sql.startswith("select") and sql.count(";") == 1 for sql in asked)


def test_results_replace_results(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        once = answers.answered("Why?\n```sql\nselect 1 as one;\n```\nSo.\n", connection)
        twice = answers.answered(once, connection)
    assert once == "Why?\n```sql\nselect 1 as one;\n```\n```text\none\n  1\n```\nSo.\n"
    assert twice == once


@pytest.mark.slow
def test_the_picture_is_drawn_from_what_is_published(
    published: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    chart = picture.draw(published)
    assert len(chart.to_dict()["datasets"]) == 4
    assert all(chart.to_dict()["datasets"].values())
    chart.save(tmp_path / "picture.svg")
    sent = published.execute("select sum(sent) from marts.mart_email_kpis").fetchone()
    assert f"{sent[0]:,}" in (tmp_path / "picture.svg").read_text(encoding="utf-8")
