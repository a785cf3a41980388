"""The expected journey marts: passes of tiles by their latest event, by the rules of kpis.md."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.events.email.model import UNKNOWN
from simulator.events.journeys.tile_events import BLOCKED, ENTERED, FAILED, PROCESSED
from simulator.truth.email.kpis import email_counts, email_rates
from simulator.truth.interactions import AllInteractions
from simulator.truth.rows import instants, local_dates
from simulator.world.model import World

PASS = ["journey_id", "tile_id", "contact_id", "iteration_id"]
STATES = ["processing", "blocked", "failed", "processed"]
#: Of several events at one instant the one with the highest number counts.
_PRECEDENCE = {ENTERED: 0, BLOCKED: 1, FAILED: 2, PROCESSED: 3}
_STATE = {ENTERED: "processing", BLOCKED: "blocked", FAILED: "failed", PROCESSED: "processed"}


def passes(events: pd.DataFrame, time_zone: str) -> pd.DataFrame:
    """Return one row per pass of a tile, with its state and the instants of its entry and its outcome."""
    known = events[[*PASS, "interaction_type", "occurred_at", "reason", "path"]].copy()
    known[PASS] = known[PASS].fillna(UNKNOWN)
    known["precedence"] = known["interaction_type"].map(_PRECEDENCE)
    ordered = known.sort_values([*PASS, "occurred_at", "precedence"], kind="stable")
    last = ordered.drop_duplicates(PASS, keep="last").set_index(PASS)
    entries = known[known["interaction_type"] == ENTERED].groupby(PASS)["occurred_at"].min()
    firsts = known.groupby(PASS)["occurred_at"].min()
    entered = entries.reindex(last.index).fillna(firsts.reindex(last.index)).astype(np.int64)
    entered_micros = np.asarray(entered, dtype=np.int64)
    state = last["interaction_type"].map(_STATE)
    frame = pd.DataFrame({
        "state": state,
        "reason": last["reason"].fillna("other").where(state == "blocked"),
        "path": last["path"].fillna(UNKNOWN).where(state == "processed"),
        "entered": entered,
        "left": last["occurred_at"].where(state != "processing", np.iinfo(np.int64).max),
        "entry_date": local_dates(entered_micros, time_zone),
    })  # fmt: skip
    return frame.reset_index()


def tables(world: World, tile_passes: pd.DataFrame, messages: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return every journey mart but the one with a row per pass."""
    tile = ["journey_id", "tile_id"]
    described = {
        (world.journeys[tile.journey].journey_id, tile.tile_id): (tile.kind, tile.name)
        for tile in world.tiles
    }
    volumes = _volumes(tile_passes, tile)
    about = [described.get(key, (None, None)) for key in zip(*(volumes[n] for n in tile), strict=True)]
    volumes.insert(2, "tile_type", [kind for kind, _ in about])
    volumes.insert(3, "name", [name for _, name in about])
    return {
        "mart_journey_kpis": _totals(world, tile_passes, messages),
        "mart_journey_tile_volumes": volumes,
        "mart_journey_tile_volumes_daily": _volumes(tile_passes, [*tile, "entry_date"]),
        "mart_journey_tile_blocked": tile_passes.groupby([*tile, "reason"], as_index=False).size().rename(
            columns={"size": "passes"}
        ),
        "mart_journey_tile_paths": tile_passes.groupby([*tile, "path"], as_index=False).size().rename(
            columns={"size": "passes"}
        ),
    }  # fmt: skip


def tile_contacts(tile_passes: pd.DataFrame) -> pd.DataFrame:
    """Return a row per pass of a tile."""
    times = {"entered_at": instants(tile_passes["entered"]), "left_at": instants(tile_passes["left"])}
    return tile_passes[[*PASS, "state", "reason", "path"]].assign(**times)


def _volumes(tile_passes: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    counts = tile_passes.assign(inflow=1, **{state: tile_passes["state"] == state for state in STATES})
    return counts.groupby(keys, as_index=False)[["inflow", *STATES]].sum()


def _totals(world: World, tile_passes: pd.DataFrame, messages: pd.DataFrame) -> pd.DataFrame:
    """Return per journey the counts of its passes, and the counts and rates of its messages."""
    whole = ["journey_id", "contact_id", "iteration_id"]
    # A pass that waits on any tile is in progress; else its latest outcome says how it ended.
    rank = tile_passes["state"].map({"blocked": 0, "failed": 1, "processed": 2, "processing": 3})
    ordered = tile_passes.assign(rank=rank).sort_values(["left", "rank"], kind="stable")
    last = ordered.drop_duplicates(whole, keep="last")
    ends = pd.DataFrame({
        "journey_id": last["journey_id"], "entered": 1, "in_progress": last["state"] == "processing",
        "completed": last["state"] == "processed", "stopped": last["state"].isin(["blocked", "failed"]),
    })  # fmt: skip
    counts = ends.groupby("journey_id")[["entered", "in_progress", "completed", "stopped"]].sum()
    emails = email_counts(messages, ["journey_id"]).set_index("journey_id")
    frame = counts.join(emails, how="outer").fillna(0).astype(np.int64).reset_index()
    names = {journey.journey_id: journey.name for journey in world.journeys}
    frame.insert(1, "name", frame["journey_id"].map(names))
    return email_rates(frame)


def add_tile_events(world: World, events: pd.DataFrame, interactions: AllInteractions) -> None:
    """Add the events to the list of all interactions."""
    names = np.array([tile.name for tile in world.tiles], dtype=object)[events["tile"]]
    named = np.where(events["journey_id"].isna(), events["tile_id"], names)
    named = np.where(events["tile_id"].isna(), UNKNOWN, named)
    # In the export, a block without a known reason has the reason `other`.
    without_reason = events["exported"] & (events["interaction_type"] == BLOCKED) & events["reason"].isna()
    how = events["path"].fillna(events["reason"]).mask(without_reason, "other")
    interactions.add(
        len(events),
        interaction_type=events["interaction_type"].to_numpy(),
        occurred_at=events["occurred_at"].to_numpy(),
        contact_id=events["contact_id"].to_numpy(),
        entity_id=events["journey_id"].to_numpy(),
        detail=np.where(how.isna(), named, named + " · " + how.fillna("")),
    )
    interactions.name("journey", {journey.journey_id: journey.name for journey in world.journeys})
