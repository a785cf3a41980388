"""Data Docs that need no network and no script, with a first page that lists every check.

Belongs here: the site that Great Expectations renders with our page templates (`views/`). Its own templates
load scripts, fonts and pictures from the network. Does not belong here: what a page says of an expectation
(`expectations.py`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from great_expectations.render.view import DefaultJinjaPageView

from expectations.check import CheckResult

VIEWS = Path(__file__).with_name("views")

#: Content security policy of the pages: a browser may only show them, even if a feed's text was not escaped.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_VIEW = {"module_name": __name__, "class_name": "OfflinePageView"}

#: Configuration of Great Expectations' site: a page per suite and per validation; `write_first_page` writes
#: the first page.
SITE: Mapping[str, Any] = {
    "class_name": "SiteBuilder",
    "show_how_to_buttons": False,
    "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    "site_section_builders": {
        "expectations": {"view": _VIEW},
        "validations": {"view": _VIEW},
        "profiling": "none",
    },
}


class OfflinePageView(DefaultJinjaPageView):
    """Renders Great Expectations' pages in our page template."""

    _template = "data_docs_page.j2"

    def __init__(self, **directories: str | None) -> None:
        super().__init__(**directories)
        self.env.loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(VIEWS), self.env.loader])
        self.env.globals["policy"] = POLICY
        # Templates do not change while pages are written; a page names hundreds, and each would be looked at.
        self.env.auto_reload = False


def write_first_page(docs_dir: Path, build_id: str, results: Sequence[CheckResult]) -> None:
    """Write `index.html`: every check by table, red ones first, with links to the pages of its table.

    Removes the fonts, styles and pictures that Great Expectations copies, which no page uses.
    """
    shutil.rmtree(docs_dir / "static", ignore_errors=True)
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(VIEWS), autoescape=True)
    tables = [
        (table, _page_of(docs_dir, table), sorted(of_table, key=lambda result: result.passed))
        for table in dict.fromkeys(result.table_name for result in results)
        if (of_table := [result for result in results if result.table_name == table])
    ]
    page = env.get_template("first_page.j2").render(
        build_id=build_id,
        tables=tables,
        checks=len(results),
        red=sum(not result.passed for result in results),
        policy=POLICY,
    )
    (docs_dir / "index.html").write_text(page, encoding="utf-8")


def take_pages(docs_dir: Path, earlier: Path, tables: Collection[str]) -> None:
    """Move the pages about some tables, named `schema.table`, from earlier Data Docs into new ones."""
    for place in (table.replace(".", "/") for table in tables):
        for page in (f"validations/{place}", f"expectations/{place}.html"):
            (docs_dir / page).parent.mkdir(parents=True, exist_ok=True)
            (earlier / page).rename(docs_dir / page)


def _page_of(docs_dir: Path, table: str) -> str:
    """Return the path of the page with the verdicts on a table."""
    (page,) = docs_dir.glob(f"validations/{table.replace('.', '/')}/**/*.html")
    return quote(Path(os.path.relpath(page, docs_dir)).as_posix())
