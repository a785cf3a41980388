"""Records about journeys, segments, leads and consent: in the native format and in the interaction export."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from simulator.events.model import Marketing
from simulator.files.export.rows import Row, pass_rows, score_rows, segment_rows
from simulator.files.records.native import Arriving, native
from simulator.world.model import World


def native_records(marketing: Marketing) -> Arriving:
    """Return arrival and body of every event that our own systems write in the native format."""
    return [
        *native(_not_exported(marketing.tile_events), "pass"),
        *native(_not_exported(marketing.segment_events), "member"),
        *native(_not_exported(marketing.lead_events), "lead"),
        *native(marketing.consents, "consent"),
    ]


def export_rows(world: World, marketing: Marketing) -> Iterator[Row]:
    """Yield the rows of the interaction export; unsubscriptions from emails are among the email rows."""
    yield from pass_rows(world, marketing.tile_events[marketing.tile_events["exported"]])
    yield from segment_rows(marketing.segment_events[marketing.segment_events["exported"]])
    yield from score_rows(marketing.lead_events[marketing.lead_events["exported"]])


def _not_exported(events: pd.DataFrame) -> pd.DataFrame:
    return events[~events["exported"]]
