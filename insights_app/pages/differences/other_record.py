"""Which records one is offered to be compared with, the likeliest first."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from insights_app.pages.differences import splits
from insights_app.texts import said


@dataclass(frozen=True)
class Group:
    """Records that are offered for one reason. options: their ids and names."""

    label: str
    options: Sequence[tuple[str, str]]


def offered(
    record: str,
    chosen: tuple[str, str] | None,
    tiles: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
) -> list[Group]:
    """Group the e-mails to compare one with: variants of its splits, those of its journeys, others.

    chosen: id and name of the one that is compared now, which is always among them. tiles: of its journeys,
    journey by journey. rows: `email_id, email, shares_journey`, best first.
    """
    groups = [
        *_variants(record, tiles),
        Group(said("In the same journeys"), [_option(row) for row in rows if row["shares_journey"]]),
        Group(said("Others, sent last first"), [_option(row) for row in rows if not row["shares_journey"]]),
    ]
    seen: set[str] = set()
    found = []
    for group in groups:
        options = [option for option in group.options if option[0] not in seen]
        seen.update(option[0] for option in options)
        if options:
            found.append(Group(group.label, options))
    if chosen and chosen[0] not in seen:
        found.insert(0, Group(said("Chosen"), [chosen]))
    return found


def _option(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["email_id"], row["email"]


def _variants(record: str, tiles: Sequence[Mapping[str, Any]]) -> Iterator[Group]:
    for _, group in itertools.groupby(tiles, key=lambda tile: tile["journey_id"]):
        of_journey = list(group)
        names = {tile["tile_id"]: tile["tile"] for tile in of_journey}
        for split, found in splits.variants(of_journey).items():
            others = splits.others(found, record)
            if len(others) < len({variant.email_id for variant in found}):
                where = {"tile": names[split], "journey": of_journey[0]["journey"]}
                label = said("Variants of %(tile)s in %(journey)s") % where
                yield Group(label, [(variant.email_id, variant.email) for variant in others])
