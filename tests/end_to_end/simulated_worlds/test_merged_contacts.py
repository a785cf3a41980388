"""Contacts that the CRM merges: their history moves to the one that lives on, whenever that is learned."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from tests.harness.worlds import arrived, ask, write_lines

pytestmark = pytest.mark.slow

#: What the CRM says day by day: a into b, then b into c, which it describes last; x and y into each other.
CONTACTS = {
    "2026-01-01": [
        {"contact_id": "a", "email": "a@x.example", "additional_emails": "old-a@x.example"},
        {"contact_id": "b", "email": "b@x.example"},
        {"contact_id": "x", "email": "x@x.example", "merged_into": "y"},
        {"contact_id": "y", "email": "y@x.example", "merged_into": "x"},
    ],
    "2026-01-02": [
        {"contact_id": "a", "email": "a@x.example", "merged_into": "b"},
        {"contact_id": "b", "email": "b@x.example"},
    ],
    "2026-01-03": [
        {"contact_id": "b", "email": "b@x.example", "merged_into": "c"},
        {"contact_id": "c", "email": "c@x.example"},
    ],
}


DAYS = list(CONTACTS)


def write(file: Path, records: Iterable[Mapping[str, object]]) -> None:
    """Records as JSON lines."""
    write_lines(file, map(json.dumps, records))


def deliver(landing: Path, day: str) -> None:
    """Every contact gets a mail on every day, is at our website and has a lead."""
    write(landing / "crm" / day / "contacts.ndjson", CONTACTS[day])
    mails = [
        {
            "event": event,
            "email": address,
            "timestamp": int(datetime.fromisoformat(f"{day}T10:00:0{second}Z").timestamp()),
            "sg_event_id": f"{event}-{address}-{day}",
            "sg_message_id": f"{address.replace('.', '-')}-{day}.filter",
            "email_id": "e1",
        }
        for address in ["a@x.example", "old-a@x.example", "b@x.example", "c@x.example", "x@x.example"]
        for second, event in enumerate(("delivered", "open"))
    ]
    write(landing / "sendgrid" / day / "events.json", mails)
    calls = [
        {
            "type": "page",
            "messageId": f"{user}-{day}",
            "userId": user,
            "anonymousId": f"visitor-{user}",
            "timestamp": f"{day}T11:00:00Z",
            "context": {"page": {"url": "https://www.x.example/"}},
        }
        for user in ("a", "b", "c", "x")
    ]
    write(landing / "segment" / day / "calls.json", calls)
    if day == DAYS[0]:
        write(landing / "crm" / day / "websites.ndjson", [{"website_id": "w", "hosts": "www.x.example"}])
        leads = [
            {"lead_id": f"lead-{one}", "contact_id": one, "topic": "t", "stage": "new", "status": "open"}
            for one in "abx"
        ]
        write(landing / "crm" / day / "leads.ndjson", leads)


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of one build of everything."""
    return arrived(tmp_path_factory.mktemp("merged"), DAYS, deliver)


def test_the_history_moves_to_who_lives_on(at_once: Path) -> None:
    contacts = "select contact_id from dim_contact order by 1"
    assert ask(at_once, contacts) == [("c",), ("unknown",), ("x",), ("y",)]
    # Four addresses on three days; who is merged in a circle stays who he is.
    mails = "select contact_id, sum(delivered), sum(opened_total) from mart_contact_email_kpis group by 1 order by 1"
    assert ask(at_once, mails) == [("c", 12, 12), ("x", 3, 3)]
    visits = "select contact_id, count(*) from fct_website_visits group by 1 order by 1"
    assert ask(at_once, visits) == [("c", 9), ("x", 3)]
    leads = "select lead_id, contact_id from dim_lead where lead_id <> 'unknown' order by 1"
    assert ask(at_once, leads) == [("lead-a", "c"), ("lead-b", "c"), ("lead-x", "x")]
