"""Fills blocks from a build: returns plain values for the templates."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

import duckdb

from insights_app.catalogue import bands, blocks, kpis, queries
from insights_app.catalogue.blocks import Column, Entity, Kind
from insights_app.errors import BadAddressError, UnknownRecordError
from insights_app.pages import change, charts, heat_map, heat_table, pipeline, timeline, trend_lines, values
from insights_app.pages.address import Address
from insights_app.pages.differences import best_hour, comparison, other_record
from insights_app.published.reader import BuildInfo, Reader
from insights_app.texts import later, said

_log = logging.getLogger("touchpoint.app")

ROWS_ON_A_PAGE = 50
#: Kind of a block, instead of its own, if the build lacks the block's tables.
UNAVAILABLE = "unavailable"
#: Kinds of columns with personal data.
PERSONAL = frozenset({"person", "address", "values"})
HIDDEN = later("hidden")


@dataclass(frozen=True)
class Cell:
    """A table's cell.

    share: its share of the column's largest value, for a bar; None without a bar. verdict: the band of a rate
    that has bands. line: the trend line.
    """

    text: str
    kind: str
    link: str = ""
    share: float | None = None
    moment: str = ""
    verdict: bands.Verdict | None = None
    line: trend_lines.Line | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the cell is its text alone, which is quicker to write."""
        return not (self.link or self.moment or self.verdict or self.line or self.kind == "values")


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


@dataclass(frozen=True)
class Page:
    """The data that the blocks of one page are filled from.

    build: facts about the build. shows_people: whether personal values are shown.
    """

    reader: Reader
    build: BuildInfo
    entity: Entity
    address: Address
    shows_people: bool

    @cached_property
    def kpis(self) -> dict[str, kpis.Kpi]:
        """Return the KPIs of the entity's subject, by column."""
        return kpis.by_column(self.entity.subject)

    @property
    def parameters(self) -> dict[str, Any]:
        """The values that queries bind."""
        return {**self.address.parameters, "last_day": self.build.last_day}

    def sql(self, block: blocks.Block) -> str:
        """Return the block's query."""
        return queries.sql_of_block(self.entity.name, block)

    def rows(self, block: blocks.Block) -> list[dict[str, Any]]:
        """Return all rows of the block's query."""
        return self.reader.rows(self.sql(block), self.parameters)

    def fill(self, block: blocks.Block) -> dict[str, Any]:
        """Return the values for the block's template."""
        kind = type(block).__name__.lower()
        try:
            filled = {"kind": kind, **_FILLS[kind](self, block)}
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            # An earlier version published the build, without these tables: show the rest of the page.
            _log.error("%s of %s: %s", block.query, self.address, error)
            filled = {"kind": UNAVAILABLE}
        return {"block": block, "address": self.address, **filled}


def table_sql(page: Page, block: blocks.Table) -> str:
    """Return a table's query, with the rates that are among its columns, without what is looked up."""
    sql = page.sql(block)
    given = page.reader.columns(sql, page.parameters)
    return queries.with_rates(sql, given, [column.name for column in block.columns], page.kpis)


def with_addresses(block: blocks.Table, sql: str, order: str = "") -> str:
    """A table's query, or some rows of it, with the addresses of its contacts where it shows them."""
    contact = next((column.of_contact for column in block.columns if column.of_contact), "")
    return queries.with_addresses(sql, contact, order) if contact else sql


def with_trends(page: Page, block: blocks.Table, sql: str, order: str = "") -> str:
    """A table's query, or some rows of it, with its trend lines where it has any."""
    trend = next((column.trend for column in block.columns if column.trend), None)
    weeks = trend_lines.weeks_of(page.build.first_day, page.build.last_day)
    return queries.with_trend(sql, trend, weeks, order) if trend else sql


def _cards(page: Page, block: blocks.Cards) -> dict[str, Any]:
    sql = page.sql(block)
    now = page.reader.one(sql, page.parameters) or {}
    before_address = page.address.period_before
    # If the build has only a part of the earlier period's days, every count would appear to have grown.
    if before_address and before_address.first and before_address.first < page.build.first_day:
        before_address = None
    before = page.reader.one(sql, before_address.parameters) or {} if before_address else None
    known = kpis.by_column(block.subject) if block.subject else page.kpis
    return {"cards": [_card(known[name], now, before) for name in block.kpis]}


def _card(kpi: kpis.Kpi, now: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    card = {
        "kpi": kpi,
        "label": said(kpi.label),
        "words": _words(kpi),
        "of": "",
        "change": None,
        "verdict": None,
    }
    if kpi.parts is None:
        value = now.get(kpi.column) or 0
        moved = change.of_count(value, before.get(kpi.column) or 0) if before is not None else None
        return {**card, "value": values.count(value), "change": moved}
    numerator, denominator = (now.get(part) or 0 for part in kpi.parts)
    share = values.rate(numerator / denominator) if denominator else values.NOTHING
    moved = None
    if before is not None:
        was = tuple(before.get(part) or 0 for part in kpi.parts)
        moved = change.of_rate((numerator, denominator), (was[0], was[1]))
    parts = {"part": values.count(numerator), "whole": values.count(denominator)}
    of = said("%(part)s of %(whole)s") % parts
    verdict = bands.verdict(kpi.column, numerator, denominator)
    return {**card, "value": share, "of": of, "change": moved, "verdict": verdict}


def _words(kpi: kpis.Kpi) -> str:
    """Return a KPI's definition, and its bands in words if it has any."""
    judged = bands.BANDS.get(kpi.column)
    return f"{said(kpi.words)} {judged.words}" if judged else said(kpi.words)


def _funnel(page: Page, block: blocks.Funnel) -> dict[str, Any]:
    rows = page.rows(block)
    names = comparison.names_of(rows) if block.of else [""]
    drawn = [{"name": name, "steps": _steps(page, block, row)} for name, row in zip(names, rows, strict=True)]
    return {"funnels": [funnel for funnel in drawn if funnel["steps"] or len(drawn) > 1]}


def _steps(page: Page, block: blocks.Funnel, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    first = row.get(block.steps[0]) or 0
    steps = []
    for name in block.steps:
        value = row.get(name) or 0
        falls = [
            {"label": said(page.kpis[fall].label), "value": values.count(row.get(fall) or 0)}
            for fall in block.falls.get(name, ())
            if row.get(fall)
        ]
        share = value / first if first else 0.0
        label, words = said(page.kpis[name].label), said(page.kpis[name].words)
        steps.append(
            {"label": label, "words": words, "value": values.count(value), "share": share, "falls": falls}
        )
    return steps if first else []


def _otherrecord(page: Page, block: blocks.OtherRecord) -> dict[str, Any]:
    other = page.address.other
    chosen = None
    if other:
        record = queries.sql_of(page.entity.name, "record")
        row = page.reader.one(record, {**page.parameters, "id": other})
        if row is None:
            asked = {"kind": said(page.entity.one), "id": other}
            raise UnknownRecordError(said("The published build has no %(kind)s %(id)s.") % asked)
        chosen = (other, row["title"])
    tiles = page.reader.rows(queries.sql_of(page.entity.name, block.tiles), page.parameters)
    return {"groups": other_record.offered(page.address.record, chosen, tiles, page.rows(block))}


def _comparison(page: Page, block: blocks.Comparison) -> dict[str, Any]:
    rows = page.rows(block)
    drawn = comparison.drawn(block, rows, page.kpis) if rows else {"cards": []}
    return {**drawn, "downloads": downloads(page.address, block)}


def _table(page: Page, block: blocks.Table) -> dict[str, Any]:
    sort, descending = _order(page, block)
    number, rows, totals = _rows_of_page(page, block, sort, descending=descending)
    pages = _pages(totals["rows"])
    return {
        "headings": [_heading(page, block, column, sort, descending=descending) for column in block.columns],
        "rows": _cells(page, block.columns, rows),
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


def downloads(address: Address, block: blocks.Block) -> dict[str, str]:
    """Return the addresses of a block's rows as files, by format."""
    return {kind: address.with_(download=block.query, format=kind) for kind in ("csv", "parquet")}


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
        else _kind(page, column) not in ("text", "word", "person", "address", "url")
    )
    order = f"{'-' if falls else ''}{column.name}"
    chosen = {f"{block.query}.sort": order, f"{block.query}.page": ""}
    link = page.address.with_(**chosen) if _gives_order(page, column) else ""
    direction = ("descending" if descending else "ascending") if is_sorted else ""
    return Heading(
        said("By week" if column.trend else column.label or (kpi.label if kpi else label_of(column.name))),
        _kind(page, column),
        link,
        direction,
        _words(kpi) if kpi else "",
    )


def label_of(name: str) -> str:
    """Return a column's name as words."""
    words = name.removesuffix("_at").removesuffix("_id").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _is_hidden(page: Page, column: Column) -> bool:
    return column.shown_as in PERSONAL and not page.shows_people


def _gives_order(page: Page, column: Column) -> bool:
    """Whether rows can be sorted by it: not by what is hidden, nor by a trend line."""
    return column.trend is None and not _is_hidden(page, column)


def _kind(page: Page, column: Column) -> Kind:
    if column.kind is None and (kpi := page.kpis.get(column.name)):
        return "rate" if kpi.is_rate else "count"
    return column.shown_as


def _cells(page: Page, columns: Any, rows: list[dict[str, Any]]) -> list[list[Cell]]:
    largest = {
        column.name: max((row[column.name] or 0 for row in rows), default=0)
        for column in columns
        if column.has_bar
    }
    return [[cell(page, column, row, largest.get(column.name)) for column in columns] for row in rows]


def cell(page: Page, column: Column, row: Mapping[str, Any], largest: Any = None) -> Cell:
    """Return one value of a row as a page writes it.

    A personal value is hidden from readers without the role.
    """
    value, kind = row.get(column.name), _kind(page, column)
    if value is not None and _is_hidden(page, column):
        return Cell(said(HIDDEN), "hidden")
    if column.trend is not None:
        return Cell("", kind, line=trend_lines.line_of(value or [], column.label, column.trend.kind))
    if isinstance(value, str) and value in column.words:
        value = said(column.words[value])
    elif kind == "kpi" and value in page.kpis:
        value = said(page.kpis[value].label)
    text = values.text_of(value, kind)
    link = _link(page, column, row) if value is not None else ""
    share = (value or 0) / largest if largest else None
    moment = value.isoformat() if kind == "time" and value is not None else ""
    return Cell(text, kind, link, share, moment, _verdict(page, column, row))


def _link(page: Page, column: Column, row: Mapping[str, Any]) -> str:
    if column.chooses:
        chosen = row[column.chosen_by or column.name]
        return page.address.with_(**{column.chooses: str(chosen)})
    return link_of(column.link, row) if column.link else ""


def _verdict(page: Page, column: Column, row: Mapping[str, Any]) -> bands.Verdict | None:
    kpi = page.kpis.get(column.name)
    if kpi is None or kpi.parts is None or not set(kpi.parts) <= set(row):
        return None
    return bands.verdict(kpi.column, *(row[part] or 0 for part in kpi.parts))


def link_of(pattern: str, row: Mapping[str, Any]) -> str:
    """Fill a link pattern with the row's URL-quoted values; return '' if one of them is null."""
    parts = {name: quote(str(value), safe="") for name, value in row.items() if value is not None}
    try:
        return pattern.format_map(parts)
    except KeyError:
        return ""


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


def _chart(page: Page, block: blocks.Chart) -> dict[str, Any]:
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


def _hours(page: Page, block: blocks.Hours) -> dict[str, Any]:
    rows = page.rows(block)
    enough = [row for row in rows if row[block.share] is not None and row[block.of] >= block.fewest]
    shown = [{**row, "day": said(charts.WEEKDAYS[row["day"]])} for row in rows]
    labels = {"day": "Day", "hour": "Hour from", **block.labels}
    return {
        "spec": charts.hours(block, rows, page.build.time_zone) if enough else None,
        "note": best_hour.said_of(block, enough) if enough else "",
        **_rows_below(page, {name: said(label) for name, label in labels.items()}, shown),
        "downloads": downloads(page.address, block),
    }


def _heattable(page: Page, block: blocks.HeatTable) -> dict[str, Any]:
    rows = page.rows(block)
    return {**heat_table.drawn(block, rows), "downloads": downloads(page.address, block)}


def _worldmap(page: Page, block: blocks.WorldMap) -> dict[str, Any]:
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
        "rows": _cells(page, columns, shown),
        "left_out": len(rows) - len(shown),
    }


def _kind_of(name: str, rows: list[dict[str, Any]]) -> Kind:
    guessed = Column(name).shown_as
    value = next((row[name] for row in rows if row.get(name) is not None), None)
    return "count" if guessed == "text" and isinstance(value, int) else guessed


def _facts(page: Page, block: blocks.Facts) -> dict[str, Any]:
    row = page.reader.one(page.sql(block), page.parameters)
    if row is None:
        return {"lines": []}
    return {
        "lines": [
            (said(column.label or label_of(column.name)), cell(page, column, row)) for column in block.columns
        ]
    }


def _heatmap(page: Page, block: blocks.HeatMap) -> dict[str, Any]:
    return heat_map.drawn(page.rows(block))


def _pipeline(page: Page, block: blocks.Pipeline) -> dict[str, Any]:
    drawn = pipeline.drawn(page.rows(block), page.address)
    tile = drawn["chosen"]
    if tile is None:
        return drawn

    def of_tile(query: str) -> list[dict[str, Any]]:
        found = [row for row in page.rows(page.entity.blocks()[query]) if row["tile_id"] == tile["tile_id"]]
        return sorted(found, key=lambda row: -row["passes"])

    return {
        **drawn,
        "reasons": of_tile("reasons"),
        "paths": of_tile("paths"),
        "email": _email_of(page, tile["email_id"]) if tile["email_id"] else [],
    }


def _email_of(page: Page, email: str) -> list[dict[str, Any]]:
    """Return the KPIs of a tile's e-mail in this journey, over the page's days."""
    table = page.entity.blocks()["emails_of_journey"]
    row = next((row for row in page.rows(table) if row["email_id"] == email), None)
    columns = [column for column in getattr(table, "columns", ()) if _kind(page, column) == "count"]
    return [
        {"label": said(column.label), "value": values.count(row[column.name] or 0)}
        for column in columns
        if row is not None
    ]


def _timeline(page: Page, block: blocks.Timeline) -> dict[str, Any]:
    sql, bound = page.sql(block), page.parameters
    types = page.reader.rows(queries.events_by_type(sql), bound)
    kind = page.address.chosen.get("type", "")
    rows = page.reader.rows(queries.newest_events(sql), {**bound, "type": kind or None})
    most = max((row["events"] for row in types), default=0)
    return {
        **timeline.drawn(rows, shows_people=page.shows_people),
        "kind_of_event": kind,
        "all_types": page.address.with_(type="") + f"#{block.query}",
        "types": [
            {
                "label": values.word(row["interaction_type"]),
                "icon": row["interaction_type"].split("_")[0],
                "events": values.count(row["events"]),
                "share": row["events"] / most,
                "is_chosen": row["interaction_type"] == kind,
                "link": page.address.with_(type=row["interaction_type"]) + f"#{block.query}",
            }
            for row in types
        ],
        "left_out": max(
            0, sum(row["events"] for row in types if kind in ("", row["interaction_type"])) - len(rows)
        ),
    }


_FILLS: Mapping[str, Callable[[Page, Any], dict[str, Any]]] = {
    "cards": _cards,
    "funnel": _funnel,
    "otherrecord": _otherrecord,
    "comparison": _comparison,
    "table": _table,
    "chart": _chart,
    "hours": _hours,
    "heattable": _heattable,
    "worldmap": _worldmap,
    "facts": _facts,
    "heatmap": _heatmap,
    "pipeline": _pipeline,
    "timeline": _timeline,
}
