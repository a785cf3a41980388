"""CRM snapshots: every entity as of each snapshot day, as CSV, NDJSON or Parquet."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from simulator.events.crm.leads import MODELS, SOURCES, Lead, threshold
from simulator.events.crm.segments import Memberships, members_on
from simulator.files.books import Books, compressed
from simulator.files.crm.web_entities import web_entities
from simulator.files.records.containers import text
from simulator.files.records.record import iso
from simulator.world.catalogue import COUNTRIES
from simulator.world.model import CREATED_WITHIN, DAY, World
from simulator.world.web import Web

Rows = list[dict[str, Any]]
FEED = "crm"
FORMS = (".csv", ".ndjson.gz", ".parquet", ".csv.zst")
#: Contacts are many, so they are written by columns, never as JSON.
CONTACT_FORMS = (".csv", ".parquet", ".csv.gz")


def write(
    landing: Path,
    world: World,
    web: Web,
    leads: list[Lead],
    memberships: Memberships,
    created_on_day: NDArray[np.int64],
    books: Books,
) -> None:
    """Write a file per entity and snapshot day, and count its records in `books`.

    created_on_day: per contact, see `events/journeys/contact_creation.py`.
    """
    unchanging = _unchanging(world) | web_entities(world, web)
    for turn, day in enumerate(world.snapshot_days):
        on = world.start + timedelta(days=day)
        folder = landing / FEED / on.isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        table = _contacts(world, day, created_on_day)
        form = CONTACT_FORMS[turn % len(CONTACT_FORMS)]
        _write_table(folder / f"contacts{form}", table, form)
        books.enter_counts(FEED, on, f"contacts{form}", Counter(records_read=len(table), events=len(table)))
        changing = {
            "leads": _leads(world, leads, day),
            "journey_tiles": _tiles(world, day),
            "segments": [
                {"segment_id": segment.segment_id, "name": segment.name, "segment_type": segment.segment_type}
                for segment in memberships.segments
                if segment.in_crm
            ],
            "segment_members": _segment_members(world, memberships, day),
            "lead_scoring_models": _scoring_models(world, day),
        }
        entities = unchanging | changing
        for number, (entity, rows) in enumerate(entities.items()):
            form = FORMS[(turn + number) % len(FORMS)]
            _write_rows(folder / f"{entity}{form}", rows, form)
            books.enter_counts(FEED, on, f"{entity}{form}", Counter(records_read=len(rows), events=len(rows)))


def _contacts(world: World, day: int, created_on_day: NDArray[np.int64]) -> pa.Table:
    people = world.contacts
    everyone = np.arange(len(people))
    address = people.address_on(everyone, np.full(len(people), day))
    email = world.addresses[address]
    email[address < 0] = None
    created = _days_before(world.start)[people.created_days_before]
    for contact in np.flatnonzero(created_on_day).tolist():
        created[contact] = iso(world.begin + int(created_on_day[contact]) * DAY, 0)
    accounts = [f"account-{number + 1:06d}" for number in people.account.tolist()]
    return pa.table({
        "contact_id": pa.array(people.contact_id, pa.string()),
        "email": pa.array(email, pa.string()),
        "first_name": pa.array(people.first_name, pa.string()),
        "last_name": pa.array(people.last_name, pa.string()),
        "account_id": pa.array(accounts, pa.string()),
        "country": pa.array(np.array(COUNTRIES, dtype=object)[people.country], pa.string()),
        "created_at": pa.array(created, pa.string()),
        "do_not_bulk_email": pa.array(people.do_not_bulk_email, pa.bool_()),
        "consent_level": pa.array(people.consent_level, pa.int32()),
    }).filter(pa.array(created_on_day <= day))  # fmt: skip


@cache
def _days_before(start: date) -> NDArray[np.object_]:
    return np.array([_before(start, ago) for ago in range(CREATED_WITHIN)], dtype=object)


def _unchanging(world: World) -> dict[str, Rows]:
    started = _before(world.start, 1)
    return {
        "accounts": [
            {"account_id": f"account-{n + 1:06d}", "name": f"Account {n + 1}"}
            for n in range(max(1, len(world.contacts) // 20))
        ],
        "emails": [
            {"email_id": email.email_id, "name": email.name, "subject": email.subject, "html": email.html}
            for email in world.emails
        ],
        "journeys": [
            {"journey_id": journey.journey_id, "name": journey.name, "status": "live", "started_at": started,
             "ended_at": None, "is_recurring": journey.is_recurring}
            for journey in world.journeys
        ],
        "pages": [
            {"page_id": page.page_id, "name": page.name, "url": page.url, "form_id": page.form_id}
            for page in world.pages
        ],
    }  # fmt: skip


def _tiles(world: World, day: int) -> Rows:
    """Return the tiles of every journey; in the second half of the days the CRM lacks some."""
    tiles = world.tiles
    return [
        {
            "journey_id": world.journeys[tile.journey].journey_id, "tile_id": tile.tile_id,
            "tile_type": tile.kind, "name": tile.name,
            "parent_tile_id": tiles[tile.parent].tile_id if tile.parent >= 0 else None,
            "parent_path": tile.parent_path,
            "email_id": world.emails[tile.email].email_id if tile.email >= 0 else None,
            "sort_order": tile.order,
        }
        for tile in tiles
        if not (tile.dropped_from_crm and 2 * day >= world.days)
    ]  # fmt: skip


def _leads(world: World, leads: list[Lead], day: int) -> Rows:
    """Return the leads that the CRM has at the end of the day, as they are then."""
    end = world.begin + (day + 1) * DAY

    def row(lead: Lead) -> dict[str, Any]:
        closed = lead.closed_before(end)
        return {
            "lead_id": lead.lead_id, "contact_id": str(world.contacts.contact_id[lead.contact]),
            "account_id": f"account-{int(world.contacts.account[lead.contact]) + 1:06d}",
            "topic": lead.topic, "stage": lead.stage_at(end - 1), "status": lead.status_before(end),
            "created_at": iso(lead.created_at, 0), "closed_at": iso(closed, 0) if closed else None,
            **{column: lead.sources.get(column) for column in SOURCES},
        }  # fmt: skip

    return [row(lead) for lead in leads if lead.appears is not None and lead.appears < end]


def _segment_members(world: World, memberships: Memberships, day: int) -> Rows:
    return [
        {"segment_id": segment, "contact_id": contact}
        for segment, contacts in members_on(world, memberships, day).items()
        for contact in contacts
    ]


def _scoring_models(world: World, day: int) -> Rows:
    ready = threshold(world, day)
    return [
        {"lead_scoring_model_id": model.lead_scoring_model_id, "name": model.name, "status": "live",
         "sales_ready_score": ready[model.lead_scoring_model_id]}
        for model in MODELS
        if model.in_crm
    ]  # fmt: skip


def _before(start: date, days: int) -> str:
    stamp = datetime(start.year, start.month, start.day, 9, 30, tzinfo=UTC) - timedelta(days=days)
    return stamp.strftime("%Y-%m-%dT%H:%M:%SZ")


def _write_rows(path: Path, rows: Rows, form: str) -> None:
    if ".ndjson" in form:
        content = "".join(text(row) + "\n" for row in rows).encode()
        path.write_bytes(compressed(content, path.suffix))
    elif form == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        lines = io.StringIO()
        writer = csv.DictWriter(lines, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        # CSV has true and false instead of Python's True and False.
        writer.writerows(
            {k: str(v).lower() if isinstance(v, bool) else v for k, v in row.items()} for row in rows
        )
        path.write_bytes(compressed(lines.getvalue().encode(), path.suffix))


def _write_table(path: Path, table: pa.Table, form: str) -> None:
    if form == ".parquet":
        pq.write_table(table, path)
    else:
        target = pa.BufferOutputStream()
        pa_csv.write_csv(table, target)
        path.write_bytes(compressed(target.getvalue().to_pybytes(), path.suffix))
