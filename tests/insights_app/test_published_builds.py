"""The app shows the build that is published, whole, and the next one without a restart."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from starlette.testclient import TestClient

from insights_app.errors import NothingPublishedError
from insights_app.published.builds import PublishedBuilds
from insights_app.published.results import Results
from insights_app.server.access import Rules
from insights_app.server.app import application
from tests.insights_app.conftest import HOSTS


def test_the_next_build_appears_and_a_page_that_is_read_keeps_its_own(
    small_build: Callable[[str, str], Path],
) -> None:
    builds = PublishedBuilds(small_build("one", "update build_info set build_id = 'one'"))
    with builds.reading() as reader:
        small_build("two", "update build_info set build_id = 'two'")
        assert reader.info().build_id == "one"
        with builds.reading() as other:
            assert other.info().build_id == "two"
        assert reader.info().build_id == "one"


def test_a_page_reads_no_other_file_and_writes_nothing(published: Path) -> None:
    with PublishedBuilds(published).reading() as reader:
        for statement in (
            "select * from read_csv('/etc/passwd')",
            "attach '/tmp/other.duckdb'",
            "delete from build_info",
            "set enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                reader.rows(statement)


def test_a_query_that_takes_too_long_is_stopped(published: Path) -> None:
    endless = "select count(*) from range(100000) as a, range(100000) as b, range(1000) as c where a.range + b.range = c.range"
    with pytest.raises(duckdb.InterruptException), PublishedBuilds(published).reading(seconds=0.2) as reader:
        reader.rows(endless)


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_without_a_build_the_page_says_so(damage: str, tmp_path: Path) -> None:
    if damage == "damaged":
        (tmp_path / "insights.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(NothingPublishedError), PublishedBuilds(tmp_path).reading():
        pass
    answer = TestClient(application(tmp_path, Rules(), HOSTS), raise_server_exceptions=False).get("/emails")
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text


def test_the_foot_says_which_build_and_how_many_checks_are_red(
    small_build: Callable[[str, str], Path],
) -> None:
    folder = small_build("red", "update build_info set audit_failed = 2, arrival_failed = 1")
    page = TestClient(application(folder, Rules(), HOSTS)).get("/emails").text
    assert re.search(r'class="bad">\s*<a[^>]*>3 of \d+ checks red', page)


def test_rows_are_asked_once_for_a_build_and_anew_for_the_next(
    small_build: Callable[[str, str], Path],
) -> None:
    builds = PublishedBuilds(small_build("one", "update build_info set build_id = 'one'"))
    asked = "select build_id from build_info where build_id <> $id"
    for name in ("one", "one", "two"):
        if name == "two":
            small_build("two", "update build_info set build_id = 'two'")
        with builds.reading() as reader:
            assert reader.rows(asked, {"id": "none"}) == [{"build_id": name}]
            assert reader.rows(asked, {"id": name}) == []


def test_results_are_kept_as_far_as_there_is_room() -> None:
    results, asked = Results(cells=1_000), []

    def ask(name: str, rows: int) -> None:
        results.of(name, lambda: asked.append(name) or [{"value": name}] * rows)

    for name in ("a", "a", "too long", "too long", "a"):
        ask(name, 500 if name == "too long" else 1)
    assert asked == ["a", "too long", "too long"]
    for number in range(200):
        ask(str(number), 1)
    ask("a", 1)
    assert asked[-1] == "a"
