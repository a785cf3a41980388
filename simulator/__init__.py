"""Simulator: a world whose truth is known, told in the real feeds' formats.

Belongs here: the one entry point. Does not belong here: anything the warehouse does; no code is shared with
it, so that the two can only agree by both being right.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from simulator.events.crm.submissions import generated_leads, plan_submissions, settle_submissions
from simulator.events.email.correlation_ids import label
from simulator.events.email.delivery import tell
from simulator.events.email.messages import draw_messages
from simulator.events.journeys.contact_creation import created_on_day
from simulator.events.journeys.passes import draw_walks
from simulator.events.web.hits import tell_web
from simulator.files.crm import snapshots
from simulator.files.export.folders import exported_emails, write_export
from simulator.files.feed_files import Books, write_feeds
from simulator.files.landing_zone import replaced
from simulator.files.records.email_records import Teller
from simulator.files.records.web_records import HitTeller
from simulator.files.web_files import exported_hits, native_hits, write_hits
from simulator.marketing import make_marketing
from simulator.truth.contacts import email_kpis, interactions_daily, tell_emails, timeline
from simulator.truth.crm.dimensions import dimensions
from simulator.truth.crm.lead_timeline import lead_timeline
from simulator.truth.email import marts as email_marts
from simulator.truth.email.frames import event_frame, message_frame
from simulator.truth.email.suppressions import suppressed
from simulator.truth.interactions import InteractionsTold
from simulator.truth.rows import records
from simulator.truth.web import contacts as web_contacts
from simulator.truth.web import marts as web_marts
from simulator.truth.web.activities import activities, tell_activities
from simulator.world.faults import FAULTS, chosen_faults
from simulator.world.web import make_web
from simulator.world.world import World, make_world

__all__ = ["FAULTS", "SimulationSummary", "simulate"]

#: The true figures, in the landing zone beside the feeds.
TRUTH = "truth.json"
#: Above this many contact days the truth has no row per message or event: it would outgrow the feeds.
DETAILED_TRUTH = 500_000


@dataclass(frozen=True)
class SimulationSummary:
    """What was written."""

    landing: Path
    truth: Path
    messages: int
    events: int
    files: int
    records: int


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
) -> SimulationSummary:
    """Writes `days` arrival days of every feed, CRM snapshots and truth.json into the landing zone.

    The same arguments give the same bytes. Without faults the world is clean, with the usual machine traffic.
    A world that was simulated before is replaced; ValueError where the landing zone holds other files, unless
    `replace` says to remove them.
    """
    if contacts < 1 or days < 1:
        raise ValueError(
            f"nothing to simulate: {contacts} contacts over {days} days; give at least 1 of each"
        )
    chosen = chosen_faults(faults)
    with replaced(landing, replace=replace) as stage:
        world = make_world(contacts, days, seed, start, "hostile" in chosen)
        books, messages, events = _write_world(stage, world, chosen, reporting_time_zone)
    return SimulationSummary(
        landing=landing,
        truth=landing / TRUTH,
        messages=messages,
        events=events,
        files=len(books.files),
        records=sum(counts["records_read"] for counts in books.by_feed.values()),
    )


def _write_world(
    landing: Path, world: World, chosen: frozenset[str], reporting_time_zone: str
) -> tuple[Books, int, int]:
    """Write the feeds of a world and its truth; return its books, and how many messages and events it has."""
    walks, steps = draw_walks(world)
    messages = draw_messages(world, walks, steps, chosen)
    events, labels = label(world, messages, tell(world, messages, chosen), chosen)
    web = make_web(world, "hostile" in chosen)
    planned = plan_submissions(world, messages, events, labels)
    seen = tell_web(world, web, messages, events, labels, planned, chosen)
    submissions = settle_submissions(world, planned, seen.submitted)
    generated = generated_leads(messages, submissions)
    marketing = make_marketing(world, walks, steps, messages, events, labels, submissions, chosen)

    books = Books()
    created = created_on_day(world, walks)
    snapshots.write(landing, world, web, marketing.leads, marketing.memberships, created, books)
    shouts = "case" in chosen
    says_nothing = "missing_ids" in chosen
    teller = Teller(world, messages, events, labels, shouts, says_nothing, seen.email_devices)
    hits = HitTeller(world, web, messages, seen.hits, shouts)
    write_feeds(landing, world, teller, native_hits(hits) + marketing.native(), chosen, books)
    write_hits(landing, world, hits, chosen, books)
    exported = [*exported_emails(teller), *exported_hits(hits), *marketing.exported()]
    write_export(landing, world, exported, chosen, books)

    contacts, days = len(world.contacts), world.days
    detailed = contacts * days <= DETAILED_TRUTH
    by_message = message_frame(world, messages, events, labels, generated, reporting_time_zone)
    by_event = event_frame(world, messages, events, by_message)
    as_of = date.fromisoformat(max(file["arrival_date"] for file in books.files))
    told = InteractionsTold()
    marketing.tell(told)
    tell_emails(world, by_event, told)
    on_web = activities(world, web, messages, seen.hits, reporting_time_zone)
    tell_activities(world, web, on_web, told)
    held = suppressed(world, events, labels, as_of)
    frames = marketing.tables(by_message, as_of, reporting_time_zone, detailed)
    frames["mart_contact_email_kpis"] = email_kpis(by_message, held)
    frames |= dimensions(world, marketing.memberships, marketing.leads, told)
    if detailed:
        frames["mart_contact_interactions_daily"] = interactions_daily(told, reporting_time_zone)
        frames["mart_contact_timeline"] = timeline(told)
        frames["mart_lead_timeline"] = lead_timeline(world, marketing.leads, told)
    frames |= web_marts.tables(on_web, labels, detailed) | web_contacts.tables(on_web, detailed)
    tables = email_marts.tables(world, by_message, by_event, detailed)
    tables |= {name: records(frame) for name, frame in frames.items()}
    document = {
        "seed": world.seed,
        "contacts": contacts,
        "days": days,
        "start": world.start.isoformat(),
        "faults": sorted(chosen),
        "reporting_time_zone": reporting_time_zone,
        "tables": tables,
        "books": books.as_rows(),
        "files": books.files,
        "expected_quarantine": books.expected_quarantine,
        "broken_files": books.broken_files,
    }
    (landing / TRUTH).write_text(
        json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )
    return books, len(by_message), len(by_event)
