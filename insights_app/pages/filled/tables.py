"""Fills tables: a page of their rows in the reader's order, their headings and their totals."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from insights_app.catalogue import blocks, queries
from insights_app.catalogue.blocks import Column
from insights_app.errors import BadAddressError
from insights_app.pages import values
from insights_app.pages.filled import trend_lines
from insights_app.pages.filled.page import Page, cells, downloads, is_hidden, kind_of, label_of, words_of
from insights_app.texts import said

ROWS_ON_A_PAGE = 50


@dataclass(frozen=True)
class Heading:
    """A column's heading.

    link: the same page sorted by this column; empty if it cannot be. words: the KPI's definition.
    """

    label: str
    kind: str
    link: str
    sorted: str
    words: str


def table_sql(page: Page, block: blocks.Table) -> str:
    """Return a table's query, with the rates that are among its columns, without what is looked up."""
    sql = page.sql(block)
    given = page.reader.columns(sql, page.parameters)
    if block is page.entity.listed and page.address.find:
        sql = queries.found_in(sql, _names(page, block, given))
    return queries.with_rates(sql, given, [column.name for column in block.columns], page.kpis)


def _names(page: Page, block: blocks.Table, given: Sequence[str]) -> list[str]:
    """Return the columns by which a list is searched: names and ids, none that is hidden from the reader."""
    shown = {
        column.name
        for column in block.columns
        if kind_of(page, column) in ("text", "person", "address", "url") and not is_hidden(page, column)
    }
    return [name for name in given if name in shown or name in linked(block)]


def linked(block: blocks.Table) -> list[str]:
    """Return columns that a table's links use and the table does not show: ids, by which rows can be
    joined.
    """
    shown = {column.name for column in block.columns}
    named = (
        name for column in block.columns for _, name, _, _ in string.Formatter().parse(column.link) if name
    )
    return [name for name in dict.fromkeys(named) if name not in shown]


def with_addresses(block: blocks.Table, sql: str, order: str = "") -> str:
    """A table's query, or some rows of it, with the addresses of its contacts where it shows them."""
    contact = next((column.of_contact for column in block.columns if column.of_contact), "")
    return queries.with_addresses(sql, contact, order) if contact else sql


def with_trends(page: Page, block: blocks.Table, sql: str, order: str = "") -> str:
    """A table's query, or some rows of it, with its trend lines where it has any."""
    trend = next((column.trend for column in block.columns if column.trend), None)
    weeks = trend_lines.weeks_of(page.build.first_day, page.build.last_day)
    return queries.with_trend(sql, trend, weeks, order) if trend else sql


def table(page: Page, block: blocks.Table) -> dict[str, Any]:
    """Return the rows of one page of a table, its headings and totals, its other pages and its files."""
    sort, descending = _order(page, block)
    number, rows, totals = _rows_of_page(page, block, sort, descending=descending)
    pages = _pages(totals["rows"])
    return {
        "headings": [_heading(page, block, column, sort, descending=descending) for column in block.columns],
        "rows": cells(page, block.columns, rows),
        "totals": _totals(page, block, totals) if block.totals and totals["rows"] > 1 else [],
        "count": totals["rows"],
        "page": number,
        "pages": pages,
        "previous": page.address.with_(**{f"{block.query}.page": str(number - 1)}) if number > 1 else "",
        "next": page.address.with_(**{f"{block.query}.page": str(number + 1)}) if number < pages else "",
        "downloads": downloads(page.address, block),
    }


def _pages(rows: int) -> int:
    return max(1, -(-rows // ROWS_ON_A_PAGE))


def _rows_of_page(
    page: Page, block: blocks.Table, sort: str, *, descending: bool
) -> tuple[int, list[dict[str, Any]], Mapping[str, Any]]:
    """Return the number of the table's page that is shown, its rows, and the totals of all rows."""
    sql, bound = table_sql(page, block), page.parameters
    order = queries.order_of(sort, descending=descending, rows="shown")

    def rows_of(number: int) -> list[dict[str, Any]]:
        by_address = any(column.of_contact for column in block.columns if column.name == sort)
        whole = with_addresses(block, sql) if by_address else sql
        shown = queries.page_of(whole, order, limit=ROWS_ON_A_PAGE, offset=(number - 1) * ROWS_ON_A_PAGE)
        if not by_address:
            shown = with_addresses(block, shown, order)
        return page.reader.rows(with_trends(page, block, shown, order), bound)

    number = _page_number(page, block)
    if number == 1 and len(rows := rows_of(1)) < ROWS_ON_A_PAGE:
        # These are all rows: no need to ask for their totals.
        sums = {name: sum(row[name] or 0 for row in rows) for name in block.totals}
        return 1, rows, {"rows": len(rows), **sums}
    totals = page.reader.one(queries.totals_of(sql, block.totals), bound) or {}
    number = min(number, _pages(totals["rows"]))
    return number, rows_of(number), totals


def _order(page: Page, block: blocks.Table) -> tuple[str, bool]:
    chosen = page.address.chosen.get(f"{block.query}.sort", block.sort)
    name = chosen.removeprefix("-")
    # Sorting by a hidden column would reveal its values.
    if name not in {column.name for column in block.columns if _gives_order(page, column)}:
        asked = {"table": said(block.title), "column": name}
        raise BadAddressError(said("The table %(table)s cannot be sorted by %(column)s.") % asked)
    return name, chosen.startswith("-")


def _page_number(page: Page, block: blocks.Table) -> int:
    text = page.address.chosen.get(f"{block.query}.page", "1")
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) > 0):
        message = said("A page of the table %(table)s is a number from 1.")
        raise BadAddressError(message % {"table": said(block.title)})
    return int(text)


def _heading(page: Page, block: blocks.Table, column: Column, sort: str, *, descending: bool) -> Heading:
    kpi = page.kpis.get(column.name)
    is_sorted = column.name == sort
    # The first click sorts numbers from the largest, words from the first.
    falls = (
        not descending
        if is_sorted
        else kind_of(page, column) not in ("text", "word", "person", "address", "url")
    )
    order = f"{'-' if falls else ''}{column.name}"
    chosen = {f"{block.query}.sort": order, f"{block.query}.page": ""}
    link = page.address.with_(**chosen) if _gives_order(page, column) else ""
    direction = ("descending" if descending else "ascending") if is_sorted else ""
    return Heading(
        said("By week" if column.trend else column.label or (kpi.label if kpi else label_of(column.name))),
        kind_of(page, column),
        link,
        direction,
        words_of(kpi) if kpi else "",
    )


def _gives_order(page: Page, column: Column) -> bool:
    """Whether rows can be sorted by it: not by what is hidden, nor by a trend line."""
    return column.trend is None and not is_hidden(page, column)


def _totals(page: Page, block: blocks.Table, totals: Mapping[str, Any]) -> list[str]:
    cells = []
    for column in block.columns:
        kpi = page.kpis.get(column.name)
        if column.name in block.totals:
            cells.append(values.count(totals[column.name] or 0))
        elif kpi and kpi.parts and set(kpi.parts) <= set(block.totals) and totals[kpi.parts[1]]:
            cells.append(values.rate(totals[kpi.parts[0]] / totals[kpi.parts[1]]))
        else:
            cells.append("")
    return cells
