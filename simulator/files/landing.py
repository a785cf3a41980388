"""Writing a world into a landing zone: CRM snapshots, every feed and the interaction export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from simulator.events.model import Marketing, WorldEvents
from simulator.files.books import Books
from simulator.files.crm import snapshots
from simulator.files.export.folders import exported_emails, write_export
from simulator.files.export.rows import Row, pass_rows, score_rows, segment_rows
from simulator.files.feed_files import write_feeds
from simulator.files.records.email_records import EmailEventSource
from simulator.files.records.native import Arriving, native
from simulator.files.records.web_records import HitSource
from simulator.files.web_files import exported_hits, native_hits, write_hits
from simulator.world.model import World


def write_landing(landing: Path, world: World, happened: WorldEvents, faults: frozenset[str]) -> Books:
    """Write every file but truth.json below `landing`; return the record counts of the files."""
    books = Books()
    marketing = happened.marketing
    snapshots.write(
        landing, world, happened.web, marketing.leads, marketing.memberships, happened.created_on_day, books
    )
    respell = "case" in faults
    source = EmailEventSource(
        world, happened.messages, happened.events, happened.message_ids, respell, "missing_ids" in faults,
        happened.web_hits.email_devices,
    )  # fmt: skip
    hits = HitSource(world, happened.web, happened.messages, happened.web_hits.hits, respell)
    write_feeds(landing, world, source, native_hits(hits) + native_records(marketing), faults, books)
    write_hits(landing, world, hits, faults, books)
    exported = [*exported_emails(source), *exported_hits(hits), *export_rows(world, marketing)]
    write_export(landing, world, exported, faults, books)
    return books


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
