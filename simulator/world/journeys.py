"""Makes the journeys of each feed and the tiles they consist of."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.world.catalogue import HOSTILE
from simulator.world.feeds import FEEDS
from simulator.world.model import Journey, Tile

EMAILS_A_FEED = 3
JOURNEYS_A_FEED = 3
#: Feeds whose senders also log how contacts pass the tiles of their journeys.
LOG_TILES = ("sendgrid", "interactions", "dynamics365")


@dataclass(slots=True)
class _TilePlan:
    """A tile in the plan of a journey; parent and branches name other tiles of the plan."""

    kind: str
    parent: str | None = None
    parent_path: str | None = None
    hours: float = 0.0
    branches: list[tuple[str | None, str, float]] = field(default_factory=list)
    dropped_from_crm: bool = False


def _plans() -> tuple[dict[str, _TilePlan], ...]:
    """Return the plans of the three journeys that each feed has: one with a trigger and a loop, one with a
    splitter, one with a tile that the CRM drops."""
    looping = {
        "audience": _TilePlan("segment", branches=[(None, "email-1", 1.0)]),
        "email-1": _TilePlan("email", "audience", hours=0.1, branches=[(None, "opened", 1.0)]),
        "opened": _TilePlan("trigger", "email-1", None, 14, [("yes", "email-2", 0.55), ("no", "wait", 0.45)]),
        "email-2": _TilePlan("email", "opened", "yes", 0.1, [(None, "pause", 1.0)]),
        "pause": _TilePlan("scheduler", "email-2", None, 12, [("on time", "email-3", 1.0)]),
        "email-3": _TilePlan("email", "pause", "on time", 0.1),
        "wait": _TilePlan("scheduler", "opened", "no", 10, [("on time", "opened", 1.0)]),
    }
    splitting = {
        "audience": _TilePlan("segment", branches=[(None, "split", 1.0)]),
        "split": _TilePlan("splitter", "audience", None, 0, [("a", "email-1", 0.5), ("b", "email-2", 0.5)]),
        "email-1": _TilePlan("email", "split", "a", 0.1, [(None, "pause", 1.0)]),
        "email-2": _TilePlan("email", "split", "b", 0.1, [(None, "note", 1.0)]),
        "pause": _TilePlan("scheduler", "email-1", None, 20, [("on time", "email-3", 1.0)]),
        "email-3": _TilePlan("email", "pause", "on time", 0.1),
        "note": _TilePlan("create_activity", "email-2"),
    }
    dropping = {
        "audience": _TilePlan("segment", branches=[(None, "email-1", 1.0)]),
        "email-1": _TilePlan(
            "email", "audience", None, 0.1, [(None, "old-step", 0.4), (None, "email-2", 0.6)]
        ),
        "old-step": _TilePlan(
            "scheduler", "email-1", None, 6, [(None, "email-2", 1.0)], dropped_from_crm=True
        ),
        "email-2": _TilePlan("email", "email-1", None, 0.1, [(None, "email-3", 1.0)]),
        "email-3": _TilePlan("email", "email-2", None, 0.1),
    }
    return looping, splitting, dropping


def make_journeys(hostile: bool) -> tuple[tuple[Journey, ...], tuple[Tile, ...]]:
    """Make three journeys per feed; the last one logs no sent events and shares emails with the next
    feed's."""
    journeys: list[Journey] = []
    tiles: list[Tile] = []
    for number, feed in enumerate(FEEDS):
        for turn, plan in enumerate(_plans()):
            journey = len(journeys)
            identifier = f"journey-{journey + 1:02d}"
            name = f"{HOSTILE[journey % 8]} {journey}" if hostile else f"Journey {journey + 1} by {feed.name}"
            last = turn == JOURNEYS_A_FEED - 1
            journeys.append(
                Journey(
                    journey_id=identifier,
                    name=name,
                    feed=number,
                    logs_sent=feed.reports_sent and not last,
                    has_message_ids=feed.has_message_ids and not (last and feed.name == "interactions"),
                    logs_tiles=feed.name in LOG_TILES,
                    is_recurring=turn > 0,
                )
            )
            tiles += _tiles(plan, journey, identifier, number, number * EMAILS_A_FEED + turn, len(tiles))
    return tuple(journeys), tuple(tiles)


def _tiles(
    plan: dict[str, _TilePlan], journey: int, identifier: str, feed: int, email: int, first: int
) -> list[Tile]:
    """Make the tiles of a plan. first: number of its first tile. email: number of its first email."""
    at = {step: first + order for order, step in enumerate(plan)}
    by_email = len(FEEDS) * EMAILS_A_FEED

    def named(path: str | None, to: str) -> str | None:
        # The interaction export names a splitter's path by the tile it leads to.
        by_tile = FEEDS[feed].name == "dynamics365" and path in ("a", "b")
        return f"{identifier}-{to}" if by_tile else path

    return [
        Tile(
            tile_id=f"{identifier}-{step}",
            name=f"Send email {step[-1]}" if planned.kind == "email" else step.capitalize().replace("-", " "),
            journey=journey,
            kind=planned.kind,
            email=(email + int(step[-1]) - 1) % by_email if planned.kind == "email" else -1,
            parent=at[planned.parent] if planned.parent else -1,
            parent_path=named(planned.parent_path, step),
            order=order,
            hours=planned.hours,
            branches=tuple((named(path, to), at[to], share) for path, to, share in planned.branches),
            dropped_from_crm=planned.dropped_from_crm,
        )
        for order, (step, planned) in enumerate(plan.items())
    ]
