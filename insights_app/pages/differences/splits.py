"""Variants of the split tiles of journeys: the first e-mail on each way that a split leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Tile = Mapping[str, Any]


@dataclass(frozen=True)
class Variant:
    """An e-mail of a way. tile: that sends it. path: what the split calls the way."""

    tile: str
    email_id: str
    email: str
    path: str


def is_split(tile: Tile) -> bool:
    """Whether a tile sends contacts different ways by lot."""
    return "split" in (tile["tile_type"] or "").lower()


def variants(tiles: Sequence[Tile]) -> dict[str, list[Variant]]:
    """The variants of each split tile of one journey that leads to two e-mails or more.

    tiles: with `tile_id, tile_type, parent_tile_id, parent_path, email_id, email`.
    """
    children: dict[str, list[Tile]] = {}
    for tile in tiles:
        children.setdefault(tile["parent_tile_id"], []).append(tile)
    found = {
        tile["tile_id"]: [
            variant for way in children.get(tile["tile_id"], ()) for variant in _first_emails(way, children)
        ]
        for tile in tiles
        if is_split(tile)
    }
    return {split: of for split, of in found.items() if len({variant.email_id for variant in of}) > 1}


def others(of: Sequence[Variant], email_id: str) -> list[Variant]:
    """The variants with another e-mail, each e-mail once."""
    found = {variant.email_id: variant for variant in of if variant.email_id != email_id}
    return list(found.values())


def _first_emails(way: Tile, children: Mapping[str, Sequence[Tile]]) -> Iterator[Variant]:
    """The e-mails of a way that no other e-mail comes before."""
    # A way may lead back to its split.
    to_see, seen = [way], {way["parent_tile_id"]}
    while to_see:
        tile = to_see.pop()
        if tile["tile_id"] in seen:
            continue
        seen.add(tile["tile_id"])
        if tile["email_id"]:
            email = tile["email"] or tile["email_id"]
            yield Variant(tile["tile_id"], tile["email_id"], email, way["parent_path"] or "")
        else:
            to_see.extend(children.get(tile["tile_id"], ()))
