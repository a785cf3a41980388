"""Snowplow's enriched events, as they land."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingestion.adapters.web.snowplow import FIELDS
from tests.ingestion.adapters.feeds import land_lines
from tests.ingestion.zone import Zone

ARRIVAL = "2026-03-01"
VIEW: dict[str, str] = {
    "app_id": "site",
    "platform": "web",
    "etl_tstamp": "2026-03-01 10:07:00.000",
    "collector_tstamp": "2026-03-01 10:06:00.000",
    "dvce_created_tstamp": "2026-03-01 10:04:00.000",
    "event": "page_view",
    "event_id": "6a1f6a0e-8ea5-4a0f-9f38-2f1d6e9a1b11",
    "user_id": "c1",
    "user_ipaddress": "192.0.2.1",
    "domain_userid": "v1",
    "domain_sessionidx": "3",
    "network_userid": "n1",
    "geo_country": "DE",
    "geo_region": "NW",
    "geo_region_name": "North Rhine-Westphalia",
    "geo_city": "Bonn",
    "geo_latitude": "50.7",
    "geo_longitude": "7.1",
    "page_url": "https://example.com/p?utm=1",
    "page_title": "P",
    "page_referrer": "https://search.example/",
    "useragent": "Mozilla/5.0",
    "domain_sessionid": "s1",
    "derived_tstamp": "2026-03-01 10:05:03.123",
    "event_vendor": "com.snowplowanalytics.snowplow",
    "event_name": "page_view",
    "event_format": "jsonschema",
    "event_version": "1-0-0",
    "event_fingerprint": "fp1",
}


def tsv(**changes: str) -> str:
    values = VIEW | changes
    assert set(values) <= set(FIELDS)
    return "\t".join(values.get(name, "") for name in FIELDS)


def unstruct(name: str, data: Any, **changes: str) -> str:
    schema = f"iglu:com.snowplowanalytics.snowplow/{name}/jsonschema/1-0-0"
    outer = "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0"
    payload = json.dumps({"schema": outer, "data": {"schema": schema, "data": data}}, ensure_ascii=False)
    return tsv(**{"event": "unstruct", "event_name": name, "unstruct_event": payload, **changes})


def landed_row(tmp_path: Path, line: str) -> dict[str, Any]:
    (row,) = rows_of(tmp_path, [line])
    return row


def rows_of(tmp_path: Path, lines: Iterable[str]) -> list[dict[str, Any]]:
    """The row of each line."""
    given = list(lines)
    rows = land_lines(tmp_path, "snowplow", given, arrival=ARRIVAL).rows
    assert [row["line_number"] for row in rows] == list(range(1, len(given) + 1))
    return rows


def test_the_columns_are_those_of_an_enriched_event() -> None:
    assert len(FIELDS) == len(set(FIELDS)) == 131
    # Places that other descriptions of the format give, counted from 1.
    places = {"event": 6, "geo_latitude": 23, "page_url": 30, "unstruct_event": 59, "useragent": 78}
    places |= {"derived_contexts": 123, "derived_tstamp": 125, "event_fingerprint": 130, "true_tstamp": 131}
    assert {name: FIELDS.index(name) + 1 for name in places} == places


def test_a_first_column_that_is_empty_is_still_the_first(tmp_path: Path) -> None:
    row = landed_row(
        tmp_path, tsv(app_id="", platform="", etl_tstamp="", true_tstamp="", event_fingerprint="")
    )
    assert (row["event"], row["user_id"], row["event_fingerprint"]) == ("page_view", "c1", None)


def test_a_click_has_its_link(tmp_path: Path) -> None:
    data = {"targetUrl": 'https://example.com/x?a="b"', "elementId": "", "elementContent": "more"}
    row = landed_row(tmp_path, unstruct("link_click", data))
    found = (row["event"], row["link_url"], row["link_name"], row["url"])
    assert found == ("link_click", 'https://example.com/x?a="b"', "more", "https://example.com/p?utm=1")


#: Elements of a form, and their values.
SUBMISSIONS: list[tuple[Any, Any]] = [
    ([{"name": "name", "value": 'Ann "A"', "nodeName": "INPUT"}], {"name": 'Ann "A"'}),
    (
        [
            {"name": "b", "value": "1", "nodeName": "INPUT", "type": "checkbox"},
            {"name": "a", "value": None, "nodeName": "SELECT"},
            {"name": "b", "value": "2", "nodeName": "INPUT", "type": "checkbox"},
        ],
        {"b": ["1", "2"], "a": None},
    ),
    ([], None),
    (None, None),
    ("text", None),
]


def test_a_submission_has_its_form_and_values(tmp_path: Path) -> None:
    data = [{"formId": "f1", "formClasses": ["x"], "elements": elements} for elements, _ in SUBMISSIONS]
    rows = rows_of(tmp_path, (unstruct("submit_form", one) for one in data))
    assert {(row["event"], row["form_id"]) for row in rows} == {("submit_form", "f1")}
    for row, (_, values) in zip(rows, SUBMISSIONS, strict=True):
        found = row["submitted_values"]
        assert (json.loads(found) if found is not None else None) == values
        assert not values or list(json.loads(found)) == list(values)


def test_a_payload_that_says_nothing_costs_no_event(tmp_path: Path) -> None:
    payloads = ("", "{", "[]", "7", '{"data": 7}', '{"data": {"data": []}}')
    lines = (tsv(event="unstruct", event_name="submit_form", unstruct_event=one) for one in payloads)
    found = {(row["event"], row["form_id"], row["submitted_values"]) for row in rows_of(tmp_path, lines)}
    assert found == {("submit_form", None, None)}


def test_other_events_are_ignored_by_name(tmp_path: Path) -> None:
    lines = [
        tsv(event="page_ping", event_name="page_ping"),
        tsv(event="struct", event_name="event", event_vendor="com.google.analytics"),
        unstruct("change_form", {}),
        unstruct("link_click", {}, event_vendor="com.acme"),
        tsv(event_name="", event_vendor=""),
    ]
    landed = land_lines(tmp_path, "snowplow", lines, arrival=ARRIVAL)
    assert landed.ignored == {
        "page_ping": 1,
        "com.google.analytics/event": 1,
        "change_form": 1,
        "com.acme/link_click": 1,
    }
    assert landed.books == (5, 1, 4, 0)


def test_times_are_utc_whatever_the_feeds_zone(zone: Zone) -> None:
    from ingestion.config import Config
    from ingestion.landing.feed import Feed

    zone.put(tsv() + "\n" + tsv(derived_tstamp=""), day=ARRIVAL, feed="snowplow", name="part-0.tsv")
    zone.land(Config(feeds=(Feed("snowplow", "snowplow", "snowplow", timezone="Asia/Tokyo"),)))
    assert zone.rows("occurred_at") == [
        (datetime(2026, 3, 1, 10, 5, 3, 123_000, tzinfo=UTC),),
        (datetime(2026, 3, 1, 10, 6, tzinfo=UTC),),
    ]


BAD = [
    (tsv() + "\t", "wrong_shape"),
    (tsv().rsplit("\t", 1)[0], "wrong_shape"),
    ("nonsense", "wrong_shape"),
    (tsv(event="", event_name=""), "missing_field"),
    (tsv(event_id=""), "missing_field"),
    (tsv(derived_tstamp="", collector_tstamp=""), "missing_field"),
    (tsv(derived_tstamp="soon"), "bad_timestamp"),
    (tsv(derived_tstamp="2026-03-09 10:05:03.123"), "out_of_range"),
    (tsv(geo_latitude="91"), "out_of_range"),
]


def test_what_cannot_be_read_is_named_and_kept_as_it_stands(zone: Zone) -> None:
    for number, (bad, _) in enumerate(BAD):
        zone.put(f"{tsv()}\n{bad}\n{tsv()}\n", f"{number}.tsv", day=ARRIVAL, feed="snowplow")
    zone.land()
    found = zone.quarantine("line, byte_offset, reason_code, raw_text")
    assert found == [(2, len(tsv()) + 1, reason_code, bad) for bad, reason_code in BAD]
    assert zone.books() == [(3, 2, 0, 1)] * len(BAD)


def test_countries_and_coordinates_of_another_kind_are_null(tmp_path: Path) -> None:
    row = landed_row(tmp_path, tsv(geo_country="Germany", geo_latitude="north", geo_region_name=""))
    assert (row["country"], row["latitude"], row["region"]) == (None, None, "NW")


def contexts(*attached: tuple[str, Any]) -> str:
    schema = "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1"
    return json.dumps({"schema": schema, "data": [{"data": data, "schema": name} for name, data in attached]})


WEB_PAGE = "iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0"
OTHER_PAGE = "iglu:com.acme/web_page/jsonschema/1-0-0"


#: Contexts of an event, and the page view that they tell.
CONTEXTS = [
    (contexts((WEB_PAGE, {"id": "p1"})), "p1"),
    (
        contexts(
            (OTHER_PAGE, {"id": "x"}), ("iglu:org.w3/Timing/jsonschema/1-0-0", {}), (WEB_PAGE, {"id": "p1"})
        ),
        "p1",
    ),
    (contexts((OTHER_PAGE, {"id": "x"})), None),
    (contexts((WEB_PAGE, {})), None),
    (contexts((WEB_PAGE, {"id": ""})), None),
    (contexts((WEB_PAGE, "p1")), None),
    (contexts(), None),
    ("", None),
    ("[/web_page/", None),
    ('"/web_page/"', None),
    ('{"data":{"schema":"/web_page/"}}', None),
]


def test_the_page_view_is_told_by_its_context(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, (tsv(contexts=attached) for attached, _ in CONTEXTS))
    assert [row["page_view_id"] for row in rows] == [page_view_id for _, page_view_id in CONTEXTS]


def entities(*named: tuple[str, dict[str, Any]]) -> str:
    data = [{"schema": f"iglu:{name}/jsonschema/1-0-0", "data": values} for name, values in named]
    return json.dumps(
        {"schema": "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1", "data": data}
    )


IAB = "com.iab.snowplow/spiders_and_robots"
YAUAA = "nl.basjes/yauaa_context"
VERDICT = "com.snowplowanalytics.snowplow/bot_detection"
BROWSER = "com.snowplowanalytics.snowplow/client_side_bot_detection"
PAGE = ("com.snowplowanalytics.snowplow/web_page", {"id": "p1"})


#: Derived contexts, contexts, and whether they call the event a robot's.
ROBOTS = [
    (entities((IAB, {"spiderOrRobot": True})), "", True),
    (entities((IAB, {"spiderOrRobot": False})), "", False),
    (entities((IAB, {"spiderOrRobot": None})), "", False),
    (entities((YAUAA, {"deviceClass": "Robot Mobile"})), "", True),
    (entities((YAUAA, {"deviceClass": "Phone", "agentClass": "Browser"})), "", False),
    (entities((YAUAA, {"agentClass": "Robot"}), (IAB, {"spiderOrRobot": False})), "", True),
    (entities((VERDICT, {"bot": True, "indicators": ["iab"]})), "", True),
    ("", entities(PAGE, (BROWSER, {"bot": True, "kind": "selenium"})), True),
    (entities((IAB, {"spiderOrRobot": False})), entities((BROWSER, {"bot": True})), True),
    (entities((IAB, {"spiderOrRobot": True})), entities((BROWSER, {"bot": False})), True),
    # Fields of these names mean nothing in other entities.
    (entities(("com.example/thing", {"bot": True, "spiderOrRobot": True})), entities(PAGE), None),
    ("spiders_and_robots/", "{", None),
    (json.dumps({"data": "spiders_and_robots/"}), "", None),
    ("", "", None),
]


def test_entities_tell_of_robots(tmp_path: Path) -> None:
    lines = (tsv(derived_contexts=derived, contexts=attached) for derived, attached, _ in ROBOTS)
    assert [row["is_robot"] for row in rows_of(tmp_path, lines)] == [is_robot for *_, is_robot in ROBOTS]


BROWSERS = [
    ("Robot", "", True),
    ("Robot/Spider", entities((IAB, {"spiderOrRobot": False})), True),
    ("Downloading tool", "", True),
    ("Browser (mobile)", "", False),
    ("Browser", entities((IAB, {"spiderOrRobot": True})), True),
]


def test_the_kind_of_browser_tells_too(tmp_path: Path) -> None:
    lines = (tsv(br_type=kind, derived_contexts=derived) for kind, derived, _ in BROWSERS)
    assert [row["is_robot"] for row in rows_of(tmp_path, lines)] == [is_robot for *_, is_robot in BROWSERS]
