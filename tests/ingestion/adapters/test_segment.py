"""Segment's and RudderStack's calls, as they land."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.ingestion.adapters.feeds import land_lines

ARRIVAL = "2026-03-01"
AT = "2026-03-01T10:00:00.123Z"
INSTANT = datetime(2026, 3, 1, 10, 0, 0, 123_000, tzinfo=UTC)
PAGE: dict[str, Any] = {
    "type": "page",
    "messageId": "ajs-1",
    "anonymousId": "a1",
    "userId": None,
    "timestamp": AT,
    "name": "Home",
    "context": {
        "ip": "192.0.2.1",
        "userAgent": "Mozilla/5.0",
        "sessionId": 1772359200123,
        "page": {"url": "https://example.com/p?utm=1", "referrer": "https://search.example/", "path": "/p"},
        "location": {"country": "de", "city": "Bonn", "latitude": 50.7, "longitude": "7.1"},
    },
    "properties": {"path": "/p", "journey_id": "j1"},
}


def track(event: str, properties: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return {"type": "track", "event": event, "messageId": "t1", "timestamp": AT} | {
        "properties": properties or {},
        **changes,
    }


def landed_row(tmp_path: Path, call: dict[str, Any], **options: Any) -> dict[str, Any]:
    (row,) = land_lines(tmp_path, "segment", [call], arrival=ARRIVAL, **options).rows
    return row


@pytest.mark.parametrize(
    ("properties", "context", "url", "link_url"),
    [
        ({"link_url": "https://l"}, {"page": {"url": "https://p"}}, "https://p", "https://l"),
        ({"href": "https://l"}, {"page": {"url": "https://p"}}, "https://p", "https://l"),
        ({"url": "https://l"}, {"page": {"url": "https://p"}}, "https://p", "https://l"),
        ({"url": "https://p", "link_url": "https://l"}, {}, "https://p", "https://l"),
        ({"url": "https://p"}, {}, "https://p", None),
    ],
)
def test_a_click_has_a_link_and_the_page_it_stood_on(
    tmp_path: Path, properties: dict[str, Any], context: dict[str, Any], url: str, link_url: str | None
) -> None:
    row = landed_row(tmp_path, track("Link Clicked", properties, context=context))
    assert (row["url"], row["link_url"]) == (url, link_url)


def test_a_page_call_tells_of_the_page_before_its_context_does(tmp_path: Path) -> None:
    row = landed_row(tmp_path, PAGE | {"properties": {"url": "https://other", "referrer": ""}})
    assert (row["url"], row["referrer"]) == ("https://other", "https://search.example/")


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"timestamp": AT, "originalTimestamp": "2026-03-01T09:00:00Z"}, INSTANT),
        ({"originalTimestamp": AT, "sentAt": "2026-03-01T11:00:00Z"}, INSTANT),
        ({"sentAt": AT, "receivedAt": "2026-03-01T11:00:00Z"}, INSTANT),
        ({"receivedAt": "2026-03-01T12:00:00.123+02:00"}, INSTANT),
    ],
)
def test_the_corrected_time_counts_first(tmp_path: Path, times: dict[str, str], expected: datetime) -> None:
    call = {name: value for name, value in PAGE.items() if name != "timestamp"} | times
    assert landed_row(tmp_path, call)["occurred_at"] == expected


@pytest.mark.parametrize(
    ("written", "event"),
    [
        ("Form Viewed", "Form Viewed"),
        (" form submitted ", "Form Submitted"),
        ("EMAIL OPENED", "Email Opened"),
        ("Email Marked As Spam", "Email Marked as Spam"),
        ("Email Unsubscribed", "Unsubscribed"),
        ("Redirect Clicked", "Redirect Clicked"),
        ("Completed Order", "Order Completed"),
    ],
)
def test_event_names_count_in_any_case(tmp_path: Path, written: str, event: str) -> None:
    assert landed_row(tmp_path, track(written))["event"] == event


@pytest.mark.parametrize(
    ("properties", "landed"),
    [
        ({"order_id": 7, "total": 9, "revenue": 8, "currency": "eur"}, ("7", 9.0, "EUR")),
        ({"order_id": "o1", "revenue": "8.50"}, ("o1", 8.5, None)),
        ({"order_id": "o1", "total": "none", "revenue": 8}, ("o1", 8.0, None)),
        ({}, (None, None, None)),
    ],
)
def test_a_completed_order_has_its_worth(
    tmp_path: Path, properties: dict[str, Any], landed: tuple[Any]
) -> None:
    row = landed_row(tmp_path, track("order completed", properties))
    assert (row["event"], row["order_id"], row["amount"], row["currency"]) == ("Order Completed", *landed)


def test_a_worth_that_is_none_is_null_and_counted(tmp_path: Path) -> None:
    call = track("Order Completed", {"total": "nine", "currency": "Euro"})
    assert land_lines(tmp_path, "segment", [call], arrival=ARRIVAL).nulled == {"amount": 1, "currency": 1}


def test_other_events_and_calls_are_ignored_by_name(tmp_path: Path) -> None:
    calls = [
        track("Plan Changed"),
        track("Plan Changed"),
        track("page"),
        PAGE | {"type": "screen"},
        PAGE | {"type": "group"},
        PAGE | {"type": "Page"},
    ]
    landed = land_lines(tmp_path, "segment", calls, arrival=ARRIVAL)
    assert landed.ignored == {"Plan Changed": 2, "track page": 1, "screen": 1, "group": 1}
    assert landed.books == (6, 1, 5, 0)


def test_identities_land(tmp_path: Path) -> None:
    calls = [
        {"type": "identify", "messageId": "i1", "anonymousId": "a1", "userId": "c1", "timestamp": AT},
        {"type": "identify", "anonymousId": "a1", "traits": {"email": "ann@example.com"}, "timestamp": AT},
        {"type": "alias", "previousId": "a1", "userId": "c1", "timestamp": AT},
    ]
    rows = land_lines(tmp_path, "segment", calls, arrival=ARRIVAL).rows
    names = ("event", "call_id", "anonymous_id", "previous_id", "user_id", "recipient")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("identify", "i1", "a1", None, "c1", None),
        ("identify", None, "a1", None, None, "ann@example.com"),
        ("alias", None, None, "a1", "c1", None),
    ]


@pytest.mark.parametrize(
    ("call", "event"),
    [
        (track("Plan Changed", anonymousId="a1", userId="c1"), "Plan Changed"),
        (track("Signed In", anonymousId="a1", context={"traits": {"email": "ann@example.com"}}), "Signed In"),
        (track("Signed In", anonymousId="a1", traits={"email": "ann@example.com"}), "Signed In"),
        (PAGE | {"type": "screen", "userId": 12}, "screen"),
        (PAGE | {"type": "group", "userId": "c1", "traits": {"email": "team@example.com"}}, "group"),
        ({"batch": [track("Plan Changed", anonymousId="a1", userId="c1")]}, "Plan Changed"),
    ],
)
def test_any_call_with_visitor_and_contact_lands(tmp_path: Path, call: dict[str, Any], event: str) -> None:
    row = landed_row(tmp_path, call)
    assert (row["event"], row["anonymous_id"]) == (event, "a1")
    # An address among the traits of a group is the group's.
    assert (row["user_id"], row["recipient"]) in [("c1", None), ("12", None), (None, "ann@example.com")]


@pytest.mark.parametrize(
    "call",
    [
        track("Plan Changed", userId="c1"),
        track("Plan Changed", anonymousId="a1"),
        track("Plan Changed", anonymousId="", userId="c1"),
        track("Plan Changed", {"email": "ann@example.com"}, anonymousId="a1"),
        PAGE | {"type": "group", "traits": {"email": "team@example.com"}},
    ],
)
def test_a_call_that_lacks_either_is_ignored(tmp_path: Path, call: dict[str, Any]) -> None:
    assert land_lines(tmp_path, "segment", [call], arrival=ARRIVAL).books == (1, 0, 1, 0)


def test_links_are_verbatim_and_ids_are_trimmed_and_never_objects(tmp_path: Path) -> None:
    call = PAGE | {"anonymousId": " a 1", "userId": {"id": 7}, "properties": {"url": " https://p/ "}}
    row = landed_row(tmp_path, call)
    assert (row["anonymous_id"], row["user_id"], row["url"]) == ("a 1", None, " https://p/ ")


def test_arrays_and_batches_hold_calls(tmp_path: Path) -> None:
    untimed = {name: value for name, value in PAGE.items() if name != "timestamp"}
    lines = [
        [PAGE, PAGE | {"messageId": "ajs-2"}],
        {"batch": [untimed | {"messageId": "ajs-3"}, PAGE | {"messageId": "ajs-4"}, 7], "sentAt": AT},
        [7],
        {"batch": [untimed], "context": {}},
        {"batch": [], "sentAt": AT},
    ]
    landed = land_lines(tmp_path, "segment", lines, arrival=ARRIVAL)
    assert [(row["call_id"], row["item_index"]) for row in landed.rows] == [
        ("ajs-1", 0),
        ("ajs-2", 1),
        ("ajs-3", 0),
        ("ajs-4", 1),
    ]
    assert {row["occurred_at"] for row in landed.rows} == {INSTANT}
    assert landed.quarantined == ["wrong_shape", "wrong_shape", "missing_field"]
    assert landed.books == (7, 4, 0, 3)


def test_what_a_batch_says_once_holds_for_its_calls(tmp_path: Path) -> None:
    bare = {"type": "page", "messageId": "1", "anonymousId": "a1", "properties": {"url": "https://p"}}
    traits = {"email": "ann@example.com"}
    calls = [
        bare,
        PAGE | {"messageId": "2", "timestamp": None},
        bare | {"messageId": "3", "context": {"ip": None, "location": {"city": "Ulm"}}, "sentAt": AT},
        track("Plan Changed", anonymousId="a1"),
    ]
    batch = {
        "batch": calls,
        "context": PAGE["context"] | {"ip": "192.0.2.2", "userAgent": "Batch/1", "traits": traits},
        "sentAt": "2026-03-01T11:00:00Z",
    }
    rows = land_lines(tmp_path, "segment", [batch], arrival=ARRIVAL).rows
    names = ("call_id", "ip", "user_agent", "country", "city", "recipient")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("1", "192.0.2.2", "Batch/1", "DE", "Bonn", "ann@example.com"),
        ("2", "192.0.2.1", "Mozilla/5.0", "DE", "Bonn", "ann@example.com"),
        ("3", "192.0.2.2", "Batch/1", "DE", "Ulm", "ann@example.com"),
        ("t1", "192.0.2.2", "Batch/1", "DE", "Bonn", "ann@example.com"),
    ]
    assert [row["occurred_at"].hour for row in rows] == [11, 11, 10, 10]
    assert {row["session_id"] for row in rows} == {"1772359200123"}


@pytest.mark.parametrize(
    ("call", "ip"),
    [
        (PAGE | {"request_ip": "192.0.2.9"}, "192.0.2.1"),
        (PAGE | {"request_ip": "192.0.2.9", "context": {"ip": None}}, "192.0.2.9"),
        (PAGE | {"request_ip": "192.0.2.9", "context": {"ip": ""}}, "192.0.2.9"),
        (PAGE | {"request_ip": "192.0.2.9", "context": None}, "192.0.2.9"),
        ({"batch": [PAGE | {"context": {}}], "request_ip": "192.0.2.9"}, "192.0.2.9"),
        (
            {"batch": [PAGE | {"context": {}, "request_ip": "192.0.2.8"}], "context": PAGE["context"]},
            "192.0.2.8",
        ),
    ],
)
def test_the_address_that_the_server_noted_serves(tmp_path: Path, call: dict[str, Any], ip: str) -> None:
    assert landed_row(tmp_path, call)["ip"] == ip


@pytest.mark.parametrize(("flag", "is_bot"), [(True, True), ("true", True), (False, False), (None, None)])
def test_a_caller_whom_the_server_took_for_a_robot(tmp_path: Path, flag: Any, is_bot: bool | None) -> None:
    assert landed_row(tmp_path, PAGE | {"context": PAGE["context"] | {"isBot": flag}})["is_bot"] is is_bot


def test_a_call_that_mentions_a_batch_is_still_one_call(tmp_path: Path) -> None:
    row = landed_row(tmp_path, PAGE | {"batch": ["x"], "properties": {"url": "https://p", "note": '"batch"'}})
    assert (row["call_id"], row["url"]) == ("ajs-1", "https://p")


def test_ids_can_have_other_names(tmp_path: Path) -> None:
    call = track("Email Opened", {"customer": "c9", "form_id": "e9"})
    row = landed_row(tmp_path, call, ids={"contact_id": "customer", "email_id": "form_id"})
    assert (row["contact_id"], row["email_id"]) == ("c9", "e9")


def test_values_of_the_wrong_kind_are_null_and_counted(tmp_path: Path) -> None:
    call = track(
        "Form Submitted",
        {"contact_result": "made", "lead_result": "updated", "values": "name=Ann", "form_id": "f1"},
        context={"location": {"country": "Germany"}},
    )
    landed = land_lines(tmp_path, "segment", [call], arrival=ARRIVAL)
    (row,) = landed.rows
    assert (row["contact_result"], row["lead_result"], row["submitted_values"]) == (None, "updated", None)
    assert (row["form_id"], row["country"]) == ("f1", None)
    assert landed.nulled == {"contact_result": 1, "values": 1}


@pytest.mark.parametrize(
    ("changes", "reason_code"),
    [
        ({"type": None}, "missing_field"),
        ({"type": "track"}, "missing_field"),
        ({"type": "track", "event": " "}, "missing_field"),
        ({"timestamp": None}, "missing_field"),
        ({"timestamp": "yesterday"}, "bad_timestamp"),
        ({"timestamp": "2026-03-09T00:00:00Z"}, "out_of_range"),
        ({"context": {"location": {"latitude": 91}}}, "out_of_range"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, changes: dict[str, Any], reason_code: str) -> None:
    landed = land_lines(tmp_path, "segment", [PAGE, PAGE | changes], arrival=ARRIVAL)
    assert (len(landed.rows), landed.quarantined) == (1, [reason_code])


@pytest.mark.parametrize("field", ["context", "properties", "traits"])
@pytest.mark.parametrize("value", [None, 7, "text", ["a"], {"page": "x", "traits": "y", "location": 3}])
def test_a_field_of_another_kind_costs_no_call(tmp_path: Path, field: str, value: Any) -> None:
    landed = land_lines(tmp_path, "segment", [PAGE | {field: value}], arrival=ARRIVAL)
    assert landed.books == (1, 1, 0, 0)
