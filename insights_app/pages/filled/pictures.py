"""Fills charts, maps and tables of shades; the rows of a chart stand in a table below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from insights_app.catalogue import blocks
from insights_app.catalogue.blocks import Column, Kind
from insights_app.pages import charts
from insights_app.pages.differences import best_hour
from insights_app.pages.filled import heat_table
from insights_app.pages.filled.page import Page, cells, downloads, label_of
from insights_app.texts import said


def chart(page: Page, block: blocks.Chart) -> dict[str, Any]:
    """Return a chart, and its rows."""
    rows = [_in_words(row, block) for row in page.rows(block)] if block.words else page.rows(block)
    labels = {name: said(block.labels.get(name, "")) or _label(page, name) for name in block.y}
    by = {block.series: said(label_of(block.series))} if block.series else {}
    return {
        "spec": charts.chart(block, rows, labels) if rows else None,
        **_rows_below(page, {block.x: said(label_of(block.x)), **by, **labels}, rows),
        "downloads": downloads(page.address, block),
    }


def _in_words(row: Mapping[str, Any], block: blocks.Chart) -> dict[str, Any]:
    code = row[block.x]
    return {**row, block.x: said(block.words[code]) if code in block.words else code}


def hours(page: Page, block: blocks.Hours) -> dict[str, Any]:
    """Return the hours of a week, what the best of them tells, and the rows."""
    rows = page.rows(block)
    enough = [row for row in rows if row[block.share] is not None and row[block.of] >= block.fewest]
    shown = [{**row, "day": said(charts.WEEKDAYS[row["day"]])} for row in rows]
    labels = {"day": "Day", "hour": "Hour from", **block.labels}
    zone = page.address.chosen.get("zone") or page.build.time_zone
    return {
        "spec": charts.hours(block, rows, zone) if enough else None,
        "note": best_hour.said_of(block, enough) if enough else "",
        **_rows_below(page, {name: said(label) for name, label in labels.items()}, shown),
        "downloads": downloads(page.address, block),
    }


def shades(page: Page, block: blocks.HeatTable) -> dict[str, Any]:
    """Return a table of shaded shares."""
    rows = page.rows(block)
    return {**heat_table.drawn(block, rows), "downloads": downloads(page.address, block)}


def world_map(page: Page, block: blocks.WorldMap) -> dict[str, Any]:
    """Return a world map, and its rows."""
    rows = page.rows(block)
    labels = {name: _label(page, name) for name in ("country", "region", "city", block.size, *block.more)}
    return {
        "spec": charts.world_map(block, rows, labels) if rows else None,
        **_rows_below(page, labels, rows),
        "downloads": downloads(page.address, block),
    }


def _label(page: Page, name: str) -> str:
    return said(page.kpis[name].label if name in page.kpis else label_of(name))


def _rows_below(page: Page, labels: Mapping[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the first rows of a chart as a table; the download has all of them."""
    shown = rows[:200]
    columns = [Column(name, kind=None if name in page.kpis else _kind_of(name, shown)) for name in labels]
    return {
        "labels": list(labels.values()),
        "rows": cells(page, columns, shown),
        "left_out": len(rows) - len(shown),
    }


def _kind_of(name: str, rows: list[dict[str, Any]]) -> Kind:
    guessed = Column(name).shown_as
    value = next((row[name] for row in rows if row.get(name) is not None), None)
    return "count" if guessed == "text" and isinstance(value, int) else guessed
