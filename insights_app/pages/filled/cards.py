"""Fills cards with the number of a KPI each, funnels, and comparisons of two records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from insights_app.catalogue import bands, blocks, kpis, queries
from insights_app.errors import UnknownRecordError
from insights_app.pages import change, values
from insights_app.pages.differences import comparison, other_record
from insights_app.pages.filled.page import Page, downloads, words_of
from insights_app.texts import said


def cards(page: Page, block: blocks.Cards) -> dict[str, Any]:
    """Return cards with a number each, and how it moved against the period of equal length before."""
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
        "words": words_of(kpi),
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


def funnel(page: Page, block: blocks.Funnel) -> dict[str, Any]:
    """Return the steps of a funnel, or of several that stand side by side."""
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


def others(page: Page, block: blocks.OtherRecord) -> dict[str, Any]:
    """Return the records that this one can be compared with."""
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


def compared(page: Page, block: blocks.Comparison) -> dict[str, Any]:
    """Return the KPIs of two records, and what their differences tell."""
    rows = page.rows(block)
    drawn = comparison.drawn(block, rows, page.kpis) if rows else {"cards": []}
    return {**drawn, "downloads": downloads(page.address, block)}
