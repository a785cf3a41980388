"""An audit gives a verdict whatever state the build is in, and never lets text of a feed act as markup."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from expectations import audit
from expectations.check import Check
from expectations.suites import CHECKS
from tests.expectations.conftest import Build, broken
from tests.harness.browser import needs_browser, opened

#: Markup, templates, formats, formulas, SQL and escapes: as an id of a feed might hold them.
HOSTILE = (
    "<script>document.title='ran'</script> \"'><img src=x onerror=\"document.title='ran'\">"
    "<a href='javascript:1'>x</a><iframe src='//a.example'></iframe></td></main><!-- --><svg/onload=alert(1)>"
    " ${x} ${7*7} $y {{7*7}} {0} %s %(x)s =HYPERLINK(1) '; drop table t; -- &lt;b&gt; \\u003cscript\\u003e"
)


class Markup(HTMLParser):
    """What of a page a browser acts upon, and what it shows."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.shown = ""
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.shown += data


#: One check of each kind of rule: all of a kind look for what they need alike.
KINDS = list({type(check.rule): check for check in CHECKS}.values())


@pytest.mark.parametrize("check", KINDS, ids=lambda check: type(check.rule).__name__)
def test_a_missing_table_fails_the_checks_that_need_it(
    changed_build: Callable[[str], Build], check: Check
) -> None:
    relation = check.rule.needs[0]
    results = changed_build(f"drop table {relation}").judged()
    needing = {other.name for other in CHECKS if relation in other.rule.needs}
    assert check.name in needing
    assert broken(results) == needing
    for name in needing:
        assert results[name].observed == f"{relation} missing from the build"


def test_a_missing_column_fails_the_check_with_the_engines_words(
    changed_build: Callable[[str], Build],
) -> None:
    results = changed_build("alter table mart_email_geography drop column opens").audit()
    assert broken(results) == {"email_geography_equals_daily"}
    assert "opens" in results["email_geography_equals_daily"].observed


def test_a_missing_file_fails_every_check(tmp_path: Path) -> None:
    results = audit(tmp_path / "insights.duckdb", tmp_path / "work.duckdb", tmp_path / "docs", "b")
    assert not any(result.passed for result in results)
    assert (tmp_path / "docs" / "index.html").exists()


def test_a_build_without_any_row_is_sound(changed_build: Callable[[str], Build]) -> None:
    relations = sorted({relation for check in CHECKS for relation in check.rule.needs})
    results = changed_build("; ".join(f"delete from {relation}" for relation in relations)).audit()
    assert broken(results) == set()


@pytest.fixture(scope="module")
def hostile_docs(sound_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data Docs of a build whose broken check names a hostile id."""
    folder = tmp_path_factory.mktemp("hostile") / "build"
    shutil.copytree(sound_build.folder, folder)
    build = Build(folder)
    hostile = HOSTILE.replace("'", "''")
    build.change(f"update mart_email_kpis set email_id = '{hostile}', sent = sent + 1 where rowid = 0")
    assert HOSTILE in build.audit()["email_totals_equal_daily"].observed
    return folder / "docs"


def pages_that_show_it(docs: Path) -> list[Path]:
    return [page for page in docs.rglob("*.html") if "document.title" in page.read_text(encoding="utf-8")]


def test_hostile_ids_stay_text(hostile_docs: Path) -> None:
    for page in hostile_docs.rglob("*.html"):
        markup = Markup(page)
        assert not markup.tags & {"script", "img", "iframe", "svg", "object", "embed", "base", "form"}
        for name, value in markup.attributes:
            assert not name.startswith("on"), f"{page.name}: {name}"
            assert name not in ("href", "src") or not re.match(r"\s*(//|\w+:)", value or ""), value
    assert len(pages_that_show_it(hostile_docs)) >= 2
    for page in pages_that_show_it(hostile_docs):
        assert HOSTILE in Markup(page).shown


@needs_browser
def test_a_browser_runs_nothing_of_them(hostile_docs: Path, tmp_path: Path) -> None:
    for page in pages_that_show_it(hostile_docs):
        dom, said = opened(page, tmp_path / "profile")
        assert "<title>ran</title>" not in dom
        assert "document.title='ran'" in dom
        assert "Refused" not in said and "violates" not in said, said


def test_paths_with_quotes_are_paths(sound_build: Build, tmp_path: Path) -> None:
    folder = tmp_path / "it's here"
    folder.mkdir()
    for file in sound_build.files:
        shutil.copy(file, folder)
    assert broken(Build(folder).audit()) == set()
