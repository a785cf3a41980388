"""Fills what only a record has: its facts, its message, its pipeline and its timeline."""

from __future__ import annotations

from typing import Any

from insights_app.catalogue import blocks, queries
from insights_app.pages import heat_map, pipeline, timeline, values
from insights_app.pages.filled.page import Page, cell, kind_of, label_of
from insights_app.texts import said


def facts(page: Page, block: blocks.Facts) -> dict[str, Any]:
    """Return lines of a label and a value."""
    row = page.reader.one(page.sql(block), page.parameters)
    if row is None:
        return {"lines": []}
    return {
        "lines": [
            (said(column.label or label_of(column.name)), cell(page, column, row)) for column in block.columns
        ]
    }


def message(page: Page, block: blocks.HeatMap) -> dict[str, Any]:
    """Return an e-mail's content, and its links."""
    return heat_map.drawn(page.rows(block))


def tiles(page: Page, block: blocks.Pipeline) -> dict[str, Any]:
    """Return a journey's tiles, and the panel of the tile that is chosen."""
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
    columns = [column for column in getattr(table, "columns", ()) if kind_of(page, column) == "count"]
    return [
        {"label": said(column.label), "value": values.count(row[column.name] or 0)}
        for column in columns
        if row is not None
    ]


def events(page: Page, block: blocks.Timeline) -> dict[str, Any]:
    """Return the newest events by day, and how many there are of each type."""
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
