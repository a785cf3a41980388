"""Data Docs that stand alone: no script, nothing fetched from elsewhere, one first page that says it all.

Belongs here: turning the site that Great Expectations writes into one that opens from a folder, offline,
under a policy that forbids everything else. Does not belong here: what the pages say about a suite.
"""

from __future__ import annotations

import html
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from expectations.check import CheckResult

STYLESHEET = "data_docs.css"

#: What a browser may do with these pages even if some text of a feed slipped through: show them.
POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'"

#: What a page of the site loads, runs or advertises. Ids and names from feeds are escaped: never these.
_UNWANTED = re.compile(
    r"<script\b.*?</script\s*>|<style\b.*?</style\s*>|<!--.*?-->|<footer\b.*?</footer\s*>"
    r"|<link\b[^>]*>|<img\b[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_HANDLERS = re.compile(r"\son[a-z]+=(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_ABROAD = re.compile(r"\s(href|src)=([\"'])(https?:)?//[^\"']*\2", re.IGNORECASE)


def make_self_contained(docs_dir: Path, build_id: str, results: Sequence[CheckResult]) -> None:
    """Strip the site in `docs_dir` of scripts and outside references, and give it our first page."""
    shutil.rmtree(docs_dir / "static", ignore_errors=True)
    shutil.copyfile(Path(__file__).with_name(STYLESHEET), docs_dir / STYLESHEET)
    (docs_dir / "index.html").unlink(missing_ok=True)
    for page in docs_dir.rglob("*.html"):
        stripped = _stripped(page.read_text(encoding="utf-8"), _way_to(docs_dir / STYLESHEET, page.parent))
        page.write_text(stripped, encoding="utf-8")
    (docs_dir / "index.html").write_text(_index(docs_dir, build_id, results), encoding="utf-8")


def _stripped(page: str, stylesheet: str) -> str:
    for unwanted in (_UNWANTED, _HANDLERS, _ABROAD):
        page = unwanted.sub("", page)
    return page.replace("<head>", "<head>" + _head(stylesheet), 1)


def _head(stylesheet: str) -> str:
    return (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<link rel="stylesheet" href="{stylesheet}">'
    )


def _index(docs_dir: Path, build_id: str, results: Sequence[CheckResult]) -> str:
    red = sum(not result.passed for result in results)
    tables = "".join(
        _table(docs_dir, table, [result for result in results if result.table_name == table])
        for table in dict.fromkeys(result.table_name for result in results)
    )
    title = f"Checks of build {html.escape(build_id)}"
    summary = f"{len(results)} checks, {red} not kept" if red else f"All {len(results)} checks kept"
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title>{_head(STYLESHEET)}</head>'
        f"<body><main><h1>{title}</h1><p>{summary}. An audit check that is not kept blocks publishing;"
        f" an arrival check is an alert about the sources.</p>{tables}</main></body></html>"
    )


def _table(docs_dir: Path, table: str, results: Sequence[CheckResult]) -> str:
    rows = "".join(_row(result) for result in sorted(results, key=lambda result: result.passed))
    heading = html.escape(table)
    pages = sorted(docs_dir.glob(f"validations/{table.replace('.', '/')}/**/*.html"))
    if pages:
        heading = f'<a href="{_way_to(pages[0], docs_dir)}">{heading}</a>'
    return (
        f"<h2>{heading}</h2><table><thead><tr><th></th><th>Check</th><th>Kind</th><th>Expected</th>"
        f"<th>Observed</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(result: CheckResult) -> str:
    verdict = "kept" if result.passed else "broken"
    observed = html.escape(result.observed) if result.passed else html.escape(result.message)
    cells = "".join(
        f"<td>{cell}</td>"
        for cell in (
            f'<span class="{verdict}">{"✓" if result.passed else "✗"}</span>',
            html.escape(result.check_name),
            result.kind,
            html.escape(result.expected),
            observed,
        )
    )
    return f"<tr>{cells}</tr>"


def _way_to(target: Path, folder: Path) -> str:
    """A relative link, safe inside an attribute."""
    return quote(Path(os.path.relpath(target, folder)).as_posix())
