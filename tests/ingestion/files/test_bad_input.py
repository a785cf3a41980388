"""Every reason code: named with file, line and byte offset, while the rest is landed and counted."""

from __future__ import annotations

import json

from ingestion.config import Config
from ingestion.landing.feed import Feed
from tests.ingestion.zone import DAY, NOON, Zone, event

GOOD = event(1) + "\n"


BAD = [
    ("{not json", "not_json"),
    ('{"event": "open", "timestamp": ', "not_json"),
    ('[{"event": "open"}, {"event": "op', "not_json"),
    ("plain words", "not_json"),
    ('"half a pair \\ud800"', "not_json"),
    ('{"event": "\\ud800"}', "not_json"),
    ("{" * 3000, "not_json"),
    ("[" * 200_000, "not_json"),
    ("9" * 10_000 + "x", "not_json"),
    ("[1", "not_json"),
    ("]", "not_json"),
    ('"text"', "wrong_shape"),
    ("17", "wrong_shape"),
    ("null", "wrong_shape"),
    ("[[]]", "wrong_shape"),
    ("[null]", "wrong_shape"),
    ('["a"]', "wrong_shape"),
    (event(event=None), "missing_field"),
    (event(event=""), "missing_field"),
    (event(email=None), "missing_field"),
    (event(email=""), "missing_field"),
    (event(timestamp=None), "missing_field"),
    (event(timestamp=""), "missing_field"),
    (event(timestamp="yesterday"), "bad_timestamp"),
    (event(timestamp=10**30), "bad_timestamp"),
    (event(timestamp=[NOON]), "bad_timestamp"),
    (event(timestamp=631_151_999), "out_of_range"),
    (event(timestamp=NOON + 3 * 86_400), "out_of_range"),
    (event(timestamp=NOON * 1000), "out_of_range"),
]


def test_a_bad_line_is_one_quarantined_record_and_the_rest_is_landed(zone: Zone) -> None:
    for number, (bad, _) in enumerate(BAD):
        zone.put(GOOD + bad + "\n" + event(2) + "\n" + event(3), f"{number:02}.ndjson")
    zone.land()
    columns = "file, feed, cast(arrival_date as varchar), line, byte_offset, reason_code, message <> ''"
    assert zone.quarantine(columns) == [
        (f"{number:02}.ndjson", "sendgrid", DAY, 2, len(GOOD), reason_code, True)
        for number, (_, reason_code) in enumerate(BAD)
    ]
    kept = [raw for (raw,) in zone.quarantine("raw_text")]
    assert all(raw in bad for raw, (bad, _) in zip(kept, BAD, strict=True))
    rows = [row for line in ((1, "e1"), (3, "e2"), (4, "e3")) for row in [line] * len(BAD)]
    assert zone.rows("line_number, sg_event_id") == rows
    assert zone.books() == [(4, 3, 0, 1)] * len(BAD)


def test_the_edges_of_the_range_are_inside(zone: Zone) -> None:
    zone.put("\n".join([event(timestamp=631_152_000), event(timestamp=NOON + 3 * 86_400 - 1)]))
    zone.land()
    assert zone.books() == [(2, 2, 0, 0)]


def test_a_line_that_is_not_utf8_is_named_and_alone(zone: Zone) -> None:
    bad = event(email="x@example.com").replace("x@", "\xe9@").encode("latin-1")
    zone.put(GOOD.encode() + bad + b"\n" + event(2, email="é@example.com").encode())
    zone.land()
    assert zone.quarantine() == [(2, len(GOOD), None, "not_utf8")]
    assert zone.rows("recipient") == [("user1@example.com",), ("é@example.com",)]
    assert "\\xe9@" in zone.quarantine("raw_text")[0][0]


def test_types_that_we_do_not_model_are_ignored_and_counted(zone: Zone) -> None:
    zone.put(
        "\n".join(
            [event(1, event="account_status_change"), event(2), event(3, event="account_status_change")]
        )
    )
    zone.land()
    assert zone.books() == [(3, 1, 2, 0)]
    assert zone.ledger("select record_type, records from ignored_records") == [("account_status_change", 2)]


def test_a_long_type_name_is_cut(zone: Zone) -> None:
    zone.put(event(event="x" * 1000))
    zone.land()
    assert zone.ledger("select length(record_type) from ignored_records") == [(200,)]


def test_elements_of_an_array_are_records_of_their_own(zone: Zone) -> None:
    zone.put(GOOD + f"[{event(2)}, 7, {event(3, timestamp=None)}, {event(4)}]\n[]\n" + event(5))
    zone.land()
    assert zone.rows("line_number, item_index, sg_event_id") == [
        (1, 0, "e1"),
        (2, 0, "e2"),
        (2, 3, "e4"),
        (4, 0, "e5"),
    ]
    assert zone.quarantine("line, item_index, reason_code") == [
        (2, 1, "wrong_shape"),
        (2, 2, "missing_field"),
    ]
    assert zone.quarantine("raw_text")[0] == ("7",)
    assert zone.books() == [(6, 4, 0, 2)]


def test_a_record_over_16_mib_is_too_large(zone: Zone) -> None:
    large = event(2, reason="x" * (16 * 2**20 + 1))
    zone.put(GOOD + large + "\n" + event(3))
    zone.land()
    assert zone.quarantine() == [(2, len(GOOD), None, "too_large")]
    assert zone.rows("sg_event_id") == [("e1",), ("e3",)]
    assert zone.books() == [(3, 2, 0, 1)]


def test_a_record_of_just_16_mib_is_landed(zone: Zone) -> None:
    room = 16 * 2**20 - len(event(2, reason="")) - 2
    zone.put(GOOD + event(2, reason="x" * room) + "\n" + event(3))
    zone.land()
    assert zone.books() == [(3, 3, 0, 0)]


def test_blank_lines_and_indented_lines_are_no_trouble(zone: Zone) -> None:
    zone.put(f"\n  \t\r\n   {event(1)}\r\n\n\n\t[{event(2)}]  \n{event(3)}\r\n \n")
    zone.land()
    assert zone.rows("line_number, byte_offset, sg_event_id") == [
        (3, 9, "e1"),
        (6, 9 + len(event(1)) + 5, "e2"),
        (7, 9 + len(event(1)) + 5 + len(event(2)) + 5, "e3"),
    ]
    assert zone.books() == [(3, 3, 0, 0)]


def test_many_bad_lines_in_a_row_are_one_record_each(zone: Zone) -> None:
    lines = [event(1), *(["garbage"] * 500), event(2), *(['{"cut": '] * 500), event(3)]
    zone.put("\n".join(lines))
    zone.land()
    assert zone.books() == [(1003, 3, 0, 1000)]
    assert [row[0] for row in zone.quarantine("line")] == [*range(2, 502), *range(503, 1003)]


def test_coordinates_off_the_globe_are_out_of_range(zone: Zone) -> None:
    def opened(latitude: object, longitude: object) -> str:
        place = {"latitude": latitude, "longitude": longitude}
        return json.dumps({"event": "open", "ts": NOON, "msg": {"email": "a@example.com"}, "location": place})

    zone.put(
        "\n".join([opened(90, -180), opened(90.1, 0), opened(0, 181), opened("NaN", 0)]), feed="mandrill"
    )
    zone.land()
    assert zone.quarantine("line, reason_code") == [(line, "out_of_range") for line in (2, 3, 4)]
    assert zone.books() == [(4, 1, 0, 3)]


def test_a_word_that_does_not_exist_is_an_unknown_value(zone: Zone) -> None:
    native = {
        "interaction_id": "i1",
        "interaction_type": "email_opend",
        "occurred_at": "2026-03-01T00:00:00Z",
    }
    lines = [native, native | {"interaction_type": "email_opened"}]
    zone.put("\n".join(json.dumps(line) for line in lines), feed="interactions")
    zone.land()
    assert zone.quarantine("line, reason_code") == [(1, "unknown_value")]
    assert zone.books() == [(2, 1, 0, 1)]


def test_times_without_an_offset_are_in_the_zone_of_the_feed(zone: Zone) -> None:
    opened = {"RecordType": "Open", "Recipient": "a@example.com", "MessageID": "m"}
    times = ["2026-02-01T12:00:00", "2026-02-01T12:00:00Z", "2026-02-01T12:00:00.1234567-05:00"]
    zone.put("\n".join(json.dumps(opened | {"ReceivedAt": at}) for at in times), feed="abroad")
    zone.land(Config(feeds=(Feed("abroad", "postmark", "abroad", "Europe/Berlin"),)))
    found = [at.isoformat() for (at,) in zone.rows("occurred_at")]
    assert found == [
        "2026-02-01T11:00:00+00:00",
        "2026-02-01T12:00:00+00:00",
        "2026-02-01T17:00:00.123456+00:00",
    ]
