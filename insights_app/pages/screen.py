"""Puts a page together: its record, its tab and choices, and its blocks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import duckdb

from insights_app.catalogue import blocks, queries
from insights_app.errors import UnknownRecordError
from insights_app.pages.address import Address
from insights_app.pages.filled import cards, pictures, records, tables
from insights_app.pages.filled.page import Page, cell
from insights_app.published.reader import BuildInfo, Reader
from insights_app.texts import said

#: Kind of a block, instead of its own, if the build lacks the block's tables.
UNAVAILABLE = "unavailable"
#: Numbers of last days that a reader may choose with one click.
_RANGES = (7, 28, 90)
_FILLS: Mapping[str, Callable[[Page, Any], dict[str, Any]]] = {
    "cards": cards.cards,
    "funnel": cards.funnel,
    "otherrecord": cards.others,
    "comparison": cards.compared,
    "table": tables.table,
    "chart": pictures.chart,
    "hours": pictures.hours,
    "heattable": pictures.shades,
    "worldmap": pictures.world_map,
    "facts": records.facts,
    "heatmap": records.message,
    "pipeline": records.tiles,
    "timeline": records.events,
}

_log = logging.getLogger("touchpoint.app")


def of(reader: Reader, entity: blocks.Entity, address: Address, *, shows_people: bool) -> Page:
    """Return what the page at an address is filled from. shows_people: whether personal values are shown."""
    build = reader.info()
    return Page(reader, build, entity, _with_default_days(address, entity, build), shows_people)


def fill(page: Page, block: blocks.Block) -> dict[str, Any]:
    """Return the values for the block's template."""
    kind = type(block).__name__.lower()
    try:
        filled = {"kind": kind, **_FILLS[kind](page, block)}
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        # An earlier version published the build, without these tables: show the rest of the page.
        _log.error("%s of %s: %s", block.query, page.address, error)
        filled = {"kind": UNAVAILABLE}
    return {"block": block, "address": page.address, **filled}


def shown(page: Page) -> dict[str, Any]:
    """Return what the template of a page shows."""
    entity, address = page.entity, page.address
    common = {
        "entity": entity,
        "address": address,
        "journeys": _journeys(page),
        "ranges": _ranges(page),
    }
    if not address.record and entity.listed is not None:
        return {
            **common,
            "title": said(entity.title),
            "record": None,
            "tab": None,
            "blocks": [fill(page, entity.listed)],
        }
    record = _record(page)
    tab = entity.tab(address.tab)
    if tab is None:
        asked = {"screen": said(entity.title), "tab": address.tab}
        raise UnknownRecordError(said("%(screen)s: there is no tab `%(tab)s`.") % asked)
    return {
        **common,
        "title": record["title"] if record else said(entity.title),
        "record": record,
        "lines": [(column.label, cell(page, column, record)) for column in entity.lines if record],
        "tab": tab,
        "blocks": [fill(page, block) for block in tab.blocks],
        "choices": _choices(page, tab),
        "reset": address.with_(
            **dict.fromkeys(("from", "to", "journey", *(choice.name for choice in tab.choices)), "")
        ),
    }


def _with_default_days(address: Address, entity: blocks.Entity, build: BuildInfo) -> Address:
    """Return the address with the screen's default number of last days, if the reader chose none.

    The default is limited to half of the build's days, so that an equal period before it can be compared.
    """
    if entity.default_days is None or address.first or address.last:
        return address
    half = ((build.last_day - build.first_day).days + 1) // 2
    days = max(1, min(entity.default_days, half))
    return replace(address, first=build.last_day - timedelta(days - 1), last=build.last_day)


def _record(page: Page) -> dict[str, Any] | None:
    if page.entity.listed is None:
        if page.address.record:
            raise UnknownRecordError(said("There is no such page."))
        return None
    row = page.reader.one(queries.sql_of(page.entity.name, "record"), page.address.parameters)
    if row is None:
        asked = {"kind": said(page.entity.one), "id": page.address.record}
        raise UnknownRecordError(said("The published build has no %(kind)s %(id)s.") % asked)
    return row


def _journeys(page: Page) -> list[dict[str, Any]]:
    if "journey" not in page.entity.filters:
        return []
    return page.reader.rows(queries.sql_of(page.entity.name, "journeys"), page.address.parameters)


def _choices(page: Page, tab: blocks.Tab) -> list[dict[str, Any]]:
    """Return a tab's choices with their options.

    A chosen value is an option even if the build does not have it.
    """
    found = []
    for choice in tab.choices:
        chosen = page.address.chosen.get(choice.name, "")
        rows = page.reader.rows(queries.sql_of(page.entity.name, choice.query), page.address.parameters)
        if choice.words:
            rows = [{"value": row["value"], "label": said(choice.words[row["value"]])} for row in rows]
        if chosen and chosen not in {row["value"] for row in rows}:
            # Copy the rows: they are shared with other pages.
            rows = [*rows, {"value": chosen, "label": chosen}]
        found.append({"choice": choice, "rows": rows, "chosen": chosen})
    return found


def _ranges(page: Page) -> list[tuple[str, str, bool]]:
    """Return the choices of last days, each with label, address, and whether it is chosen."""
    last, address = page.build.last_day, page.address
    ranges = []
    for days in _RANGES:
        first = last - timedelta(days - 1)
        if first >= page.build.first_day:
            link = address.with_(**{"from": first.isoformat(), "to": last.isoformat()})
            is_chosen = (address.first, address.last) == (first, last)
            ranges.append((said("%(days)s days") % {"days": days}, link, is_chosen))
    return ranges
