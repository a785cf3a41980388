"""Contacts by hand: a few people over four days, whose names, addresses and visitors become known late."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.harness.worlds import Rows, arrived, ask, write_lines

pytestmark = pytest.mark.slow

DAYS = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-09-20"]

#: Snapshots by day and entity. On the third day Ann's address is Bob's, and the email has another name.
CRM = {
    "2026-03-01": {
        "contacts": ["contact_id,email", "ann,shared@a.example", "bob,bob@a.example", "eve,eve@a.example"],
        "emails": ["email_id,name", "e1,Draft"],
        "websites": ["website_id,name,hosts", "w1,Shop,shop.example"],
        "events": ["event_id,name", "v1,Open day"],
    },
    "2026-03-03": {
        "contacts": ["contact_id,email", "ann,ann@a.example", "bob,shared@a.example", "eve,eve@a.example"],
        "emails": ["email_id,name", "e1,Spring news"],
        "journeys": ["journey_id,name", "j1,Welcome"],
        "journey_tiles": ["journey_id,tile_id,tile_type,name", "j1,t1,trigger,Opened?"],
    },
    "2026-09-20": {"surveys": ["survey_id,name", "s1,How was it?"]},
}  # fmt: skip

Event = dict[str, Any]


def event(number: int, interaction_type: str, at: str, **more: Any) -> Event:
    return {
        "interaction_id": f"i{number:02}",
        "interaction_type": interaction_type,
        "occurred_at": f"2026-{at}:00Z",
        **more,
    }


def mail(number: int, interaction_type: str, at: str, recipient: str, **more: Any) -> Event:
    message = more.pop("message_id", f"m{number}")
    return event(number, interaction_type, at, recipient=recipient, message_id=message, email_id="e1", **more)


EVENTS = {
    "2026-03-01": [
        mail(1, "email_sent", "03-01T08:00", "shared@a.example", message_id="m1"),
        event(2, "website_visited", "03-01T09:00", visitor_id="v", url="https://shop.example/a/?x=1"),
        event(3, "website_clicked", "03-01T09:01", visitor_id="v", url="https://shop.example/a",
              link_url="https://b.example/?to=bob@a.example"),
        event(4, "journey_tile_entered", "03-01T10:00", contact_id="ann", journey_id="j1", tile_id="t1"),
    ],
    "2026-03-02": [
        # Who was behind the visitor, told a day later.
        event(5, "event_registered", "03-02T09:00", contact_id="bob", visitor_id="v", event_id="v1"),
        event(6, "event_registration_cancelled", "03-02T10:00", contact_id="bob", event_id="v1"),
        event(7, "survey_responded", "03-02T11:00", contact_id="bob", survey_id="s1", score=9.5,
              properties={"why": "bob@a.example"}),
        event(8, "survey_responded", "03-02T12:00", visitor_id="nobody", score=1),
        event(9, "website_visited", "03-02T12:00", visitor_id="nobody", url="https://elsewhere.example/"),
        event(10, "journey_tile_processed", "03-02T13:00", contact_id="ann", journey_id="j1", tile_id="t1",
              path="yes"),
    ],
    "2026-03-03": [
        mail(11, "email_bounced", "03-02T08:00", "shared@a.example", message_id="m1", bounce_type="hard"),
        mail(12, "email_feedback_loop", "03-03T08:00", "eve@a.example"),
        *(mail(20 + n, "email_bounced", f"03-03T1{n}:00", "ann@a.example", bounce_type="soft") for n in range(5)),
    ],
    "2026-09-20": [event(30, "event_checked_in", "03-03T09:00", contact_id="bob", event_id="v1")],
}  # fmt: skip


def deliver(landing: Path, day: str) -> None:
    """What arrives on one day."""
    for entity, lines in CRM.get(day, {}).items():
        write_lines(landing / "crm" / day / f"{entity}.csv", lines)
    write_lines(landing / "interactions" / day / "events.ndjson", map(json.dumps, EVENTS[day]))


SUPPRESSED = (
    "select contact_id, suppression_status from marts.mart_contact_email_kpis"
    " where suppression_status <> 'none' order by 1"
)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[Any, ...]]]:
    """The home after the last day, and who was suppressed before it."""
    folder = tmp_path_factory.mktemp("contacts")
    suppressed = ask(arrived(folder, DAYS[:3], deliver), SUPPRESSED)
    return arrived(folder, DAYS[3:], deliver), suppressed


@pytest.fixture(scope="module")
def rows(homes: tuple[Path, Any]) -> Rows:
    """Runs a query over what was published last."""
    return partial(ask, homes[0])


def test_a_timeline_tells_everything_of_a_contact(rows: Rows) -> None:
    told = rows(
        "select strftime(occurred_at, '%m-%d %H'), interaction_type, entity_type, entity_id, entity_name, detail"
        " from marts.mart_contact_timeline where contact_id = 'bob' order by occurred_at"
    )
    assert told == [
        ("03-01 09", "website_visited", "website", "w1", "Shop", "https://shop.example/a/?x=1"),
        ("03-01 09", "website_clicked", "website", "w1", "Shop", "https:***"),
        ("03-02 09", "event_registered", "event", "v1", "Open day", None),
        ("03-02 10", "event_registration_cancelled", "event", "v1", "Open day", None),
        ("03-02 11", "survey_responded", "survey", "s1", "How was it?", "9.5"),
        ("03-03 09", "event_checked_in", "event", "v1", "Open day", None),
    ]
    # The address was still hers on the day after the first snapshot, and so is the message.
    assert rows(
        "select interaction_type, entity_name from marts.mart_contact_timeline"
        " where contact_id = 'ann' and strftime(occurred_at, '%m-%d') < '03-03' and entity_type = 'email'"
        " order by occurred_at"
    ) == [("email_sent", "Spring news"), ("email_bounced", "Spring news")]
    assert rows(
        "select interaction_type, detail from marts.mart_contact_timeline"
        " where contact_id = 'ann' and entity_type = 'journey' order by occurred_at"
    ) == [("journey_tile_entered", "Opened?"), ("journey_tile_processed", "Opened? · yes")]


def test_a_contacts_web_history_includes_what_was_anonymous(rows: Rows) -> None:
    assert rows(
        "select contact_id, website_id, url, link_url, interaction_date::varchar, visits, clicks"
        " from marts.mart_contact_web order by link_url"
    ) == [
        ("bob", "w1", "https://shop.example/a", "", "2026-03-01", 1, 0),
        ("bob", "w1", "https://shop.example/a", "https://b.example/?to=bob@a.example", "2026-03-01", 0, 1),
    ]


def test_event_and_survey_histories(rows: Rows) -> None:
    assert rows(
        "select contact_id, event_id, strftime(registered_at, '%m-%d'), strftime(cancelled_at, '%m-%d'),"
        " strftime(checked_in_at, '%m-%d') from marts.mart_contact_events"
    ) == [("bob", "v1", "03-02", "03-02", "03-03")]
    assert rows(
        "select contact_id, survey_id, score, answers from marts.mart_contact_surveys order by score"
    ) == [("unknown", "unknown", 1.0, None), ("bob", "s1", 9.5, '{"why":"bob@a.example"}')]


def test_suppression_is_judged_on_the_as_of_day(rows: Rows, homes: tuple[Path, list[Any]]) -> None:
    # The hard bounce follows the address to its new holder; nothing but the as-of day ends it.
    assert homes[1] == [("ann", "repeated_soft"), ("bob", "hard_bounce"), ("eve", "complaint")]
    # In September both kinds of bounces are long over; a complaint never is.
    assert rows(SUPPRESSED) == [("eve", "complaint")]
    assert rows(
        "select contact_id, targeted, bounced_total, feedback_loops, suppression_status, suppressed_until"
        " from marts.mart_contact_email_kpis where contact_id in ('ann', 'eve') order by 1"
    ) == [("ann", 6, 6, 0, "none", None), ("eve", 1, 0, 1, "complaint", None)]
