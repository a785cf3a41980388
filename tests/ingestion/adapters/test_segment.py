"""Segment's and RudderStack's calls, as they land."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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


def rows_of(tmp_path: Path, *calls: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    """The row of each call."""
    rows = land_lines(tmp_path, "segment", calls, arrival=ARRIVAL, **options).rows
    assert [row["line_number"] for row in rows] == list(range(1, len(calls) + 1))
    return rows


def test_a_click_has_a_link_and_the_page_it_stood_on(tmp_path: Path) -> None:
    on_page = {"page": {"url": "https://p"}}
    calls = [
        track("Link Clicked", {"link_url": "https://l"}, context=on_page),
        track("Link Clicked", {"href": "https://l"}, context=on_page),
        track("Link Clicked", {"url": "https://l"}, context=on_page),
        track("Link Clicked", {"url": "https://p", "link_url": "https://l"}, context={}),
        track("Link Clicked", {"url": "https://p"}, context={}),
    ]
    rows = rows_of(tmp_path, *calls)
    assert [row["url"] for row in rows] == ["https://p"] * 5
    assert [row["link_url"] for row in rows] == ["https://l"] * 4 + [None]


def test_a_page_call_tells_of_the_page_before_its_context_does(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, PAGE | {"properties": {"url": "https://other", "referrer": ""}})
    assert (row["url"], row["referrer"]) == ("https://other", "https://search.example/")


def test_the_corrected_time_counts_first(tmp_path: Path) -> None:
    untimed = {name: value for name, value in PAGE.items() if name != "timestamp"}
    later = "2026-03-01T11:00:00Z"
    calls = [
        untimed | {"timestamp": AT, "originalTimestamp": "2026-03-01T09:00:00Z"},
        untimed | {"originalTimestamp": AT, "sentAt": later},
        untimed | {"sentAt": AT, "receivedAt": later},
        untimed | {"receivedAt": "2026-03-01T12:00:00.123+02:00"},
    ]
    assert {row["occurred_at"] for row in rows_of(tmp_path, *calls)} == {INSTANT}


def test_event_names_count_in_any_case(tmp_path: Path) -> None:
    names = {
        "Form Viewed": "Form Viewed",
        " form submitted ": "Form Submitted",
        "EMAIL OPENED": "Email Opened",
        "Email Marked As Spam": "Email Marked as Spam",
        "Email Unsubscribed": "Unsubscribed",
        "Redirect Clicked": "Redirect Clicked",
        "Completed Order": "Order Completed",
    }
    assert [row["event"] for row in rows_of(tmp_path, *map(track, names))] == list(names.values())


def test_a_completed_order_has_its_worth(tmp_path: Path) -> None:
    orders: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
        ({"order_id": 7, "total": 9, "revenue": 8, "currency": "eur"}, ("7", 9.0, "EUR")),
        ({"order_id": "o1", "revenue": "8.50"}, ("o1", 8.5, None)),
        ({"order_id": "o1", "total": "none", "revenue": 8}, ("o1", 8.0, None)),
        ({}, (None, None, None)),
    ]
    rows = rows_of(tmp_path, *(track("order completed", properties) for properties, _ in orders))
    assert {row["event"] for row in rows} == {"Order Completed"}
    found = [(row["order_id"], row["amount"], row["currency"]) for row in rows]
    assert found == [landed for _, landed in orders]


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


def test_any_call_with_visitor_and_contact_lands(tmp_path: Path) -> None:
    traits = {"email": "ann@example.com"}
    calls = [
        track("Plan Changed", anonymousId="a1", userId="c1"),
        {"batch": [track("Plan Changed", anonymousId="a1", userId="c1")]},
        track("Signed In", anonymousId="a1", context={"traits": traits}),
        track("Signed In", anonymousId="a1", traits=traits),
        PAGE | {"type": "screen", "userId": 12},
        # An address among the traits of a group is the group's.
        PAGE | {"type": "group", "userId": "c1", "traits": {"email": "team@example.com"}},
    ]
    rows = rows_of(tmp_path, *calls)
    assert {row["anonymous_id"] for row in rows} == {"a1"}
    assert [(row["event"], row["user_id"], row["recipient"]) for row in rows] == [
        *[("Plan Changed", "c1", None)] * 2,
        *[("Signed In", None, "ann@example.com")] * 2,
        ("screen", "12", None),
        ("group", "c1", None),
    ]


def test_a_call_that_lacks_either_is_ignored(tmp_path: Path) -> None:
    calls = [
        track("Plan Changed", userId="c1"),
        track("Plan Changed", anonymousId="a1"),
        track("Plan Changed", anonymousId="", userId="c1"),
        track("Plan Changed", {"email": "ann@example.com"}, anonymousId="a1"),
        PAGE | {"type": "group", "traits": {"email": "team@example.com"}},
    ]
    assert land_lines(tmp_path, "segment", calls, arrival=ARRIVAL).books == (5, 0, 5, 0)


def test_links_are_verbatim_and_ids_are_trimmed_and_never_objects(tmp_path: Path) -> None:
    call = PAGE | {"anonymousId": " a 1", "userId": {"id": 7}, "properties": {"url": " https://p/ "}}
    (row,) = rows_of(tmp_path, call)
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


def test_the_address_that_the_server_noted_serves(tmp_path: Path) -> None:
    noted = PAGE | {"request_ip": "192.0.2.9"}
    bare = PAGE | {"context": {}}
    calls = [
        noted,
        *(noted | {"context": context} for context in ({"ip": None}, {"ip": ""}, None)),
        {"batch": [bare], "request_ip": "192.0.2.9"},
        {"batch": [bare | {"request_ip": "192.0.2.8"}], "context": PAGE["context"]},
    ]
    found = [row["ip"] for row in rows_of(tmp_path, *calls)]
    assert found == ["192.0.2.1", *["192.0.2.9"] * 4, "192.0.2.8"]


def test_a_caller_whom_the_server_took_for_a_robot(tmp_path: Path) -> None:
    flags = (True, "true", False, None)
    calls = [PAGE | {"context": PAGE["context"] | {"isBot": flag}} for flag in flags]
    assert [row["is_bot"] for row in rows_of(tmp_path, *calls)] == [True, True, False, None]


def test_a_call_that_mentions_a_batch_is_still_one_call(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, PAGE | {"batch": ["x"], "properties": {"url": "https://p", "note": '"batch"'}})
    assert (row["call_id"], row["url"]) == ("ajs-1", "https://p")


def test_ids_can_have_other_names(tmp_path: Path) -> None:
    call = track("Email Opened", {"customer": "c9", "form_id": "e9"})
    (row,) = rows_of(tmp_path, call, ids={"contact_id": "customer", "email_id": "form_id"})
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


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    bad: list[tuple[dict[str, Any], str]] = [
        ({"type": None}, "missing_field"),
        ({"type": "track"}, "missing_field"),
        ({"type": "track", "event": " "}, "missing_field"),
        ({"timestamp": None}, "missing_field"),
        ({"timestamp": "yesterday"}, "bad_timestamp"),
        ({"timestamp": "2026-03-09T00:00:00Z"}, "out_of_range"),
        ({"context": {"location": {"latitude": 91}}}, "out_of_range"),
    ]
    calls = [PAGE, *(PAGE | changes for changes, _ in bad)]
    landed = land_lines(tmp_path, "segment", calls, arrival=ARRIVAL)
    assert (len(landed.rows), landed.quarantined) == (1, [reason_code for _, reason_code in bad])


def test_a_field_of_another_kind_costs_no_call(tmp_path: Path) -> None:
    values = (None, 7, "text", ["a"], {"page": "x", "traits": "y", "location": 3})
    rows_of(tmp_path, *(PAGE | {at: value} for at in ("context", "properties", "traits") for value in values))
