"""Files of trackers and web servers have the structure of their formats, and their malformed records are
listed."""

from __future__ import annotations

import re
from collections import Counter

from simulator.files.emitters.web.snowplow import FIELDS
from tests.simulator import landing_files
from tests.simulator.conftest import Simulated

LINE = re.compile(
    r'^\S+ \S+ - - \[[^]]+ [+-]\d{4}\] "([A-Z]+) (/\S*) HTTP/1\.1" (\d{3}) \d+ "(?:[^"\\]|\\.)*" "[^"]+"$'
)


def lines(world: Simulated, feed: str) -> list[list[str]]:
    """Return the lines of each file of a feed."""
    found = []
    for path in landing_files.feed_files(world.landing, feed):
        found.append(landing_files.content(path).decode().splitlines())
    return found


def test_access_log_lines_are_in_the_combined_format(clean: Simulated) -> None:
    found = [line for file in lines(clean, "access_log") for line in file]
    assert len(found) == clean.truth["books"]["access_log"]["records_read"]
    matches = [match for line in found if (match := LINE.match(line))]
    assert len(matches) == len(found) > 500
    assert {"GET", "POST", "HEAD"} == {match[1] for match in matches}
    assert {"200", "301", "302", "307", "308", "404"} <= {match[3] for match in matches}


def test_equal_requests_stand_in_one_file(clean: Simulated) -> None:
    per_file = [Counter(file) for file in lines(clean, "access_log")]
    assert any(count == 2 for file in per_file for count in file.values())
    total = Counter(line for file in per_file for line in file)
    assert max(total.values()) == 1, "the same request would be taken for a copy in another file"


def test_a_log_line_is_delivered_again_in_another_file(faulty: Simulated) -> None:
    times: Counter[bytes] = Counter()
    for path in landing_files.feed_files(faulty.landing, "access_log"):
        times.update(set(landing_files.content(path).splitlines()))
    again = sum(count - 1 for line, count in times.items() if LINE.match(line.decode("utf-8", "replace")))
    assert 0 < again <= faulty.truth["books"]["access_log"]["duplicates"]


def test_snowplow_events_have_their_columns_and_use_some_ids_twice(clean: Simulated) -> None:
    events = [line.split("\t") for file in lines(clean, "snowplow") for line in file]
    assert len(events) == clean.truth["books"]["snowplow"]["records_read"] > 100
    assert {len(event) for event in events} == {len(FIELDS)} == {131}
    at = FIELDS.index
    assert {event[at("event_name")] for event in events} == {"page_view", "link_click", "submit_form"}
    ids = Counter(event[at("event_id")] for event in events)
    both = Counter((event[at("event_id")], event[at("event_fingerprint")]) for event in events)
    assert max(ids.values()) == 2
    assert max(both.values()) == 1


def test_segment_calls_are_of_every_kind(clean: Simulated) -> None:
    calls = list(landing_files.events(clean.landing, "segment"))
    assert {"page", "track", "identify", "alias"} == {call["type"] for call in calls}
    assert {"Form Viewed", "Form Submitted", "Link Clicked", "Redirect Clicked", "Order Completed"} == {
        call["event"] for call in calls if call["type"] == "track"
    }
    assert any("userId" not in call for call in calls)
    assert any("anonymousId" not in call for call in calls)


def test_unknown_types_and_malformed_records_are_counted(faulty: Simulated) -> None:
    books = faulty.truth["books"]
    assert set(books["segment"]["ignored_by_type"]) == {"screen", "group", "Product Viewed"}
    assert set(books["snowplow"]["ignored_by_type"]) == {"page_ping"}
    assert books["access_log"]["ignored"] == 0
    for feed, reasons in {
        "access_log": {"not_utf8", "wrong_shape", "bad_timestamp", "out_of_range"},
        "snowplow": {"not_utf8", "wrong_shape", "missing_field", "bad_timestamp", "out_of_range"},
    }.items():
        assert set(books[feed]["quarantined"]) == reasons
