"""Lays out a journey's tiles in columns by depth, for an SVG that the template writes.

A tile is to the right of its parent; a ribbon leads from the parent to the tile, its width proportional to
the flow. If parents form a circle, the edge that closes it is drawn backwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from insights_app.pages import values
from insights_app.pages.address import Address
from insights_app.pages.differences import splits
from insights_app.texts import later, said

CARD_WIDTH, CARD_HEIGHT = 204, 124
COLUMN_GAP, ROW_GAP, MARGIN = 48, 20, 8
#: Distance below the tiles at which an edge that leads back is drawn.
_BELOW = 34
#: How many letters of a name fit on a card.
_LONGEST_NAME = 24
_WIDEST_RIBBON = 26.0
_OUTCOMES = (later("processed"), later("processing"), later("blocked"), later("failed"))

#: Part of a tile type's name -> its icon.
_ICONS = (
    *(("mail", "email"), ("segment", "segment"), ("audience", "segment"), ("split", "splitter")),
    *(("schedul", "scheduler"), ("wait", "scheduler"), ("page", "page"), ("form", "form")),
    *(("event", "event"), ("sms", "sms"), ("lead", "lead"), ("activity", "task"), ("task", "task")),
)


@dataclass(frozen=True)
class _Place:
    depth: int
    row: float

    @property
    def x(self) -> float:
        return MARGIN + self.depth * (CARD_WIDTH + COLUMN_GAP)

    @property
    def y(self) -> float:
        return MARGIN + self.row * (CARD_HEIGHT + ROW_GAP)


def drawn(rows: Sequence[Mapping[str, Any]], address: Address) -> dict[str, Any]:
    """Return the layout of the tiles.

    rows: one per tile with `tile_id, tile_type, name, parent_tile_id, parent_path`, the five volumes and
        `flow`, the passes that came from its parent; null if the tile had no passes.
    """
    # Draw the tile `unknown` only if there are passes without a known tile.
    tiles = {row["tile_id"]: row for row in rows if row["tile_id"] != "unknown" or row["inflow"]}
    places, back = _laid_out(tiles)
    chosen = address.chosen.get("tile", "")
    largest = max((row["flow"] or 0 for row in rows), default=0)
    height = max((place.y for place in places.values()), default=0) + CARD_HEIGHT + MARGIN
    return {
        "outcomes": _OUTCOMES,
        "cards": [_card(tiles[tile], place, address, chosen) for tile, place in places.items()],
        "edges": [
            _edge(
                tiles[tile],
                places[tiles[tile]["parent_tile_id"]],
                places[tile],
                largest,
                is_back=tile in back,
            )
            for tile in places
            if tiles[tile]["parent_tile_id"] in places
        ],
        "width": max((place.x for place in places.values()), default=0) + CARD_WIDTH + MARGIN,
        "height": height + (_BELOW if back else 0),
        "card_width": CARD_WIDTH,
        "card_height": CARD_HEIGHT,
        "chosen": next((dict(row) for row in rows if row["tile_id"] == chosen), None),
        "comparisons": _comparisons(rows, chosen, address.record),
    }


def _comparisons(rows: Sequence[Mapping[str, Any]], chosen: str, journey: str) -> list[dict[str, str]]:
    """Variants to compare, of the split tile that is chosen or that the chosen tile is a variant of."""
    found = []
    for split, of in splits.variants(rows).items():
        if chosen != split and chosen not in {variant.tile for variant in of}:
            continue
        for one, other in itertools.combinations(of, 2):
            if one.email_id != other.email_id and chosen in (split, one.tile, other.tile):
                first, second = (other, one) if chosen == other.tile else (one, other)
                address = Address("emails", first.email_id, "compare", journey=journey)
                link = address.with_(**{"with": second.email_id})
                found.append({"link": link, "first": _said_of(first), "second": _said_of(second)})
    return found


def _said_of(variant: splits.Variant) -> str:
    return f"{variant.email} ({variant.path})" if variant.path else variant.email


def _laid_out(tiles: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, _Place], set[str]]:
    """Return each tile's column and row, and the tiles whose edge from the parent closes a circle."""
    children: dict[str | None, list[str]] = {}
    for tile, row in tiles.items():
        parent = row["parent_tile_id"]
        children.setdefault(parent if parent in tiles else None, []).append(tile)
    places: dict[str, _Place] = {}
    back: set[str] = set()
    next_row = [0.0]

    def place(tile: str, depth: int) -> float:
        places[tile] = _Place(depth, 0)
        rows = [place(child, depth + 1) for child in children.get(tile, ()) if child not in places]
        row = sum(rows) / len(rows) if rows else next_row[0]
        if not rows:
            next_row[0] += 1
        places[tile] = _Place(depth, row)
        return row

    for root in [*children.get(None, ()), *_first_of_circles(tiles, children)]:
        if root not in places:
            if tiles[root]["parent_tile_id"] in tiles:
                back.add(root)
            place(root, 0)
    return places, back


def _first_of_circles(
    tiles: Mapping[str, Mapping[str, Any]], children: Mapping[str | None, list[str]]
) -> Iterator[str]:
    """Yield tiles that no root leads to, in the order of the journey.

    They are all in circles or behind one.
    """
    reached: set[str] = set()
    to_see = list(children.get(None, ()))
    while to_see:
        tile = to_see.pop()
        if tile not in reached:
            reached.add(tile)
            to_see.extend(children.get(tile, ()))
    return (tile for tile in tiles if tile not in reached)


def _card(row: Mapping[str, Any], place: _Place, address: Address, chosen: str) -> dict[str, Any]:
    inflow = row["inflow"] or 0
    x = 0.0
    bars = []
    for name in _OUTCOMES:
        value = row[name] or 0
        width = (CARD_WIDTH - 24) * value / inflow if inflow else 0.0
        bars.append(
            {
                "name": name,
                "label": said(name),
                "value": values.count(value),
                "short": _short(value),
                "x": x,
                "width": width,
            }
        )
        x += width
    tile, kind = row["tile_id"], row["tile_type"] or ""
    name = row["name"] or tile
    figures = ", ".join(f"{bar['label']} {bar['value']}" for bar in bars)
    return {
        "tile": tile,
        "name": name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…",
        "type": values.word(kind),
        "icon": next((icon for part, icon in _ICONS if part in kind), "tile"),
        "x": place.x,
        "y": place.y,
        "inflow": values.count(inflow),
        "bars": bars,
        "link": address.with_(tile="" if tile == chosen else tile) + "#tile",
        "is_chosen": tile == chosen,
        "label": f"{name}: {said('inflow')} {values.count(inflow)}, {figures}",
    }


def _short(value: int) -> str:
    """Return a count shortened to fit on a card; the card's words and the table have the exact count."""
    if value < 10_000:
        return values.count(value)
    return f"{value / 1e3:.0f}k" if value < 1e6 else f"{value / 1e6:.1f}M"


def _edge(row: Mapping[str, Any], start: _Place, end: _Place, largest: int, is_back: bool) -> dict[str, Any]:
    flow = row["flow"] or 0
    width = max(1.5, _WIDEST_RIBBON * flow / largest) if largest else 1.5
    # Some feeds name a path after the tile that it leads to: the ribbon shows that already.
    name = "" if row["parent_path"] == row["tile_id"] else row["parent_path"] or ""
    title = said("%(flow)s went this way") % {"flow": values.count(flow)} + (f" ({name})" if name else "")
    return {
        **(_back(start, end) if is_back else _onward(start, end, width)),
        "width": width,
        "name": name,
        "title": title,
        "is_back": is_back,
    }


def _onward(start: _Place, end: _Place, width: float) -> dict[str, Any]:
    """Return a ribbon between the sides of two cards, with its name above its end."""
    x1, y1 = start.x + CARD_WIDTH, start.y + CARD_HEIGHT / 2
    x2, y2 = end.x, end.y + CARD_HEIGHT / 2
    middle = (x1 + x2) / 2
    path = f"M {x1} {y1} C {middle} {y1}, {middle} {y2}, {x2} {y2}"
    return {"path": path, "x": x2 - 4, "y": y2 - width / 2 - 5, "anchor": "end"}


def _back(start: _Place, end: _Place) -> dict[str, Any]:
    """Return a ribbon below the cards, from the bottom of one to the bottom of the other."""
    x1, y1 = start.x + CARD_WIDTH / 2, start.y + CARD_HEIGHT
    x2, y2 = end.x + CARD_WIDTH / 2, end.y + CARD_HEIGHT
    low = max(y1, y2) + _BELOW
    path = f"M {x1} {y1} C {x1} {low}, {x2} {low}, {x2} {y2}"
    return {"path": path, "x": (x1 + x2) / 2, "y": low - 12, "anchor": "middle"}
