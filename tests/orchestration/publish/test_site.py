"""The pages of a build: they stand beside its tables, work from a folder, and send nothing anywhere."""

from __future__ import annotations

import importlib.resources
import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest

from orchestration.cli.arguments import main
from orchestration.home import Home
from orchestration.publish import site
from orchestration.publish.site import dictionary, pages
from tests.harness.browser import needs_browser, opened


@pytest.fixture(scope="module")
def home(home_after_first_day: Path) -> Home:
    return Home(home_after_first_day)


@pytest.fixture
def copy(home_after_first_day: Path, tmp_path: Path) -> Home:
    shutil.copytree(home_after_first_day, tmp_path / "home", symlinks=True)
    home = Home(tmp_path / "home")
    shutil.rmtree(home.published / site.SITE)
    return home


def manifest(home: Home) -> Path:
    return home.dbt / "target" / "manifest.json"


def text_of(home: Home, page: str) -> str:
    return (home.published / site.SITE / page).read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_page_is_reached_from_the_first_one(home: Home) -> None:
    folder = home.published / site.SITE
    linked = {unquote(one) for one in re.findall(r'href="([^"#]+)"', text_of(home, "index.html"))}
    assert linked == {*(page.name for page in folder.glob("*.html"))} - {"index.html"} | {
        "../data_docs/index.html"
    }
    assert all((folder / one).exists() for one in linked)


@pytest.mark.slow
def test_links_lead_to_what_is_there(home: Home) -> None:
    ids = {
        page.name: set(re.findall(r'<tr id="([^"]*)"', page.read_text(encoding="utf-8")))
        for page in (home.published / site.SITE).glob("*.html")
        if page.name != pages.DICTIONARY
    }
    project = json.loads(manifest(home).read_text())
    models = project["nodes"] | project["sources"]
    for page in ids:
        for target, anchor in re.findall(r'href="([\w.]+)#([^"]+)"', text_of(home, page)):
            known = anchor in ids[target] if target in ids else anchor.split("/")[-1] in models
            assert known, (page, target, anchor)


@pytest.mark.slow
def test_pages_ask_nothing_of_a_network(home: Home) -> None:
    for page in (home.published / site.SITE).glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "default-src 'none'" in text
        if page.name != pages.DICTIONARY:
            assert "<script" not in text and "http:" not in text and "https:" not in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("kpis.html", "opened_unique_human / delivered"),
        ("kpis.html", "Distinct people of the visits"),
        ("freshness.html", "sendgrid"),
        ("lineage.html", 'href="exposures.html#insights_email"'),
        ("exposures.html", "bi_tools"),
        (pages.DICTIONARY, "mart_email_kpis_daily"),
    ],
)
def test_a_page_says_what_it_is_for(page: str, says: str, home: Home) -> None:
    assert says in text_of(home, page)


@pytest.mark.slow
def test_pages_are_written_where_they_are_missing(
    copy: Home, landing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["build", "--landing", str(landing), "--home", str(copy.root), "--to", "2026-01-01"]
    before = copy.published.resolve()
    assert main(command) == 0
    assert "Nothing new" in capsys.readouterr().out
    assert copy.published.resolve() == before
    assert (before / site.SITE / "index.html").exists()


@pytest.mark.slow
def test_a_failure_is_said_and_leaves_the_build(copy: Home) -> None:
    broken = copy.root / "manifest.json"
    broken.write_text("{")
    said: list[str] = []
    site.bring_up_to_date(copy, lambda: broken, said.append)
    assert "could not be written, its tables are there" in said[-1]
    assert not list(copy.published.glob(f"{site.SITE}*"))
    site.bring_up_to_date(copy, lambda: manifest(copy), said.append)
    assert {path.name for path in copy.published.resolve().iterdir()} == {
        *("insights.duckdb", "parquet", "data_docs", site.SITE)
    }


def test_the_policy_comes_first_and_names_nowhere() -> None:
    page = dictionary.closed("<html><head><script>1</script></head></html>")
    assert page.index("Content-Security-Policy") < page.index("<script>")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{dictionary.POLICY}">'
    assert page.startswith(f"<html><head>{policy}")
    assert not re.search(r"http|\*|'self'|connect-src", dictionary.POLICY)


def test_a_page_that_cannot_be_closed_is_not_written() -> None:
    with pytest.raises(ValueError, match="no <head>"):
        dictionary.closed("<html><body></body></html>")


def test_the_page_of_this_dbt_has_a_tracker_and_a_place_for_both_files() -> None:
    template = importlib.resources.files("dbt.task.docs").joinpath("index.html").read_text(encoding="utf-8")
    assert "snowplow" in template, "the tracker is gone: the policy has one reason less"
    page = dictionary.page('{"said": "</script><script>"}', {"is": "the catalog"})
    assert '{"said": "<\\/script><script>"}' in page and '{"is": "the catalog"}' in page


@needs_browser
def test_a_browser_keeps_to_the_policy(tmp_path: Path) -> None:
    sending = (
        "<html><head><title>-</title><script>document.title = 'ran';"
        "fetch('http://127.0.0.1:9/x'); new Image().src = 'http://127.0.0.1:9/y';"
        "document.head.append(Object.assign(document.createElement('script'), {src: 'http://127.0.0.1:9/z'}))"
        "</script></head></html>"
    )
    page = tmp_path / "index.html"
    page.write_text(dictionary.closed(sending), encoding="utf-8")
    dom, said = opened(page, tmp_path / "profile")
    assert "<title>ran</title>" in dom
    for asked in "xyz":
        assert f"127.0.0.1:9/{asked}' violates the following Content Security Policy" in said


@pytest.mark.slow
@needs_browser
def test_a_browser_opens_the_dictionary(home: Home, tmp_path: Path) -> None:
    dom, _ = opened(home.published / site.SITE / pages.DICTIONARY, tmp_path / "profile")
    assert "mart_email_kpis" in dom.split("</script>")[-1]
