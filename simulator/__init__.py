"""Simulator of a marketing system whose true figures are known: writes feeds in the providers' formats and
truth.json.

It shares no code with the warehouse, so the two can only agree when both are right.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from simulator.events.world_events import simulate_events
from simulator.files.landing import write_landing
from simulator.files.landing_zone import replaced
from simulator.truth.tables import true_tables
from simulator.world.faults import FAULTS, chosen_faults
from simulator.world.generator import make_world
from simulator.world.model import World

__all__ = ["FAULTS", "simulate"]

#: The file with the true figures, in the landing zone beside the feeds.
TRUTH = "truth.json"
#: Above this many contacts times days, truth.json has no table with a row per message or event: it would be
#: larger than the feeds.
DETAILED_TRUTH = 500_000


def simulate(
    landing: Path,
    *,
    contacts: int,
    days: int,
    seed: int,
    faults: Sequence[str] = (),
    start: date = date(2026, 1, 1),
    reporting_time_zone: str = "UTC",
    replace: bool = False,
) -> None:
    """Write `days` arrival days of every feed, CRM snapshots and truth.json into the landing zone.

    faults: names from FAULTS, or `all`. start: the first arrival day. reporting_time_zone: an IANA name, for
    dates in truth.json. replace: remove files in the landing zone that the simulator did not write; an
    earlier simulated world is always replaced.

    The same arguments give the same bytes. Without faults the data is clean, with the usual machine traffic.

    Raises ValueError for an unknown fault, for less than one contact or day, and where the landing zone holds
    other files and `replace` is false.
    """
    if contacts < 1 or days < 1:
        raise ValueError(
            f"nothing to simulate: {contacts} contacts over {days} days; give at least 1 of each"
        )
    chosen = chosen_faults(faults)
    with replaced(landing, replace=replace) as stage:
        world = make_world(contacts, days, seed, start, "hostile" in chosen)
        _write_world(stage, world, chosen, reporting_time_zone)


def _write_world(landing: Path, world: World, faults: frozenset[str], reporting_time_zone: str) -> None:
    """Write the feeds of a world and truth.json below `landing`."""
    happened = simulate_events(world, faults)
    books = write_landing(landing, world, happened, faults)
    contacts, days = len(world.contacts), world.days
    as_of = date.fromisoformat(max(file["arrival_date"] for file in books.files))
    detailed = contacts * days <= DETAILED_TRUTH
    document = {
        "seed": world.seed,
        "contacts": contacts,
        "days": days,
        "start": world.start.isoformat(),
        "faults": sorted(faults),
        "reporting_time_zone": reporting_time_zone,
        "tables": true_tables(world, happened, as_of, reporting_time_zone, detailed=detailed),
        "books": books.as_rows(),
        "files": books.files,
        "expected_quarantine": books.expected_quarantine,
        "broken_files": books.broken_files,
    }
    (landing / TRUTH).write_text(
        json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )
