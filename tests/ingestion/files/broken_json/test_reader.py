"""Shapes that are not one document a line: read all the same, with their places; broken ones named."""

from __future__ import annotations

import io
import json
from statistics import median
from urllib.parse import quote

import pytest

from ingestion.files.broken_json import reader
from ingestion.files.broken_json.json_text import decode_value
from ingestion.files.broken_json.reader import DocumentReader
from ingestion.files.broken_json.result import Document, Unreadable
from ingestion.files.broken_json.window import Window
from tests.ingestion.zone import Zone, event

#: Blocks so small that documents run over their ends, and the size that is used.
BLOCKS = pytest.mark.parametrize("block_bytes", [400, 2**22])


def pretty(*numbers: int) -> str:
    return json.dumps([json.loads(event(number)) | {"tags": ["a", "b"]} for number in numbers], indent=2)


@BLOCKS
def test_objects_without_a_newline_between_them(zone: Zone, block_bytes: int) -> None:
    zone.put("".join(event(number) for number in range(1, 6)))
    zone.land(block_bytes=block_bytes)
    assert zone.rows("line_number, item_index, sg_event_id") == [(1, i, f"e{i + 1}") for i in range(5)]
    size = len(event(1))
    assert zone.rows("byte_offset") == [(i * size,) for i in range(5)]
    assert zone.books() == [(5, 5, 0, 0)]


@BLOCKS
def test_a_whole_file_array_over_many_lines(zone: Zone, block_bytes: int) -> None:
    text = pretty(1, 2, 3)
    zone.put(text)
    zone.land(block_bytes=block_bytes)
    starts = [i for i in range(len(text)) if text.startswith('{\n    "event"', i)]
    expected = [(text.count("\n", 0, start) + 1, start, i, f"e{i + 1}") for i, start in enumerate(starts)]
    assert zone.rows("line_number, byte_offset, item_index, sg_event_id") == expected
    assert zone.books() == [(3, 3, 0, 0)]


@BLOCKS
def test_an_array_with_an_element_per_line(zone: Zone, block_bytes: int) -> None:
    zone.put("[\n" + ",\n".join(event(number) for number in range(1, 6)) + "\n]\n" + event(6))
    zone.land(block_bytes=block_bytes)
    assert zone.rows("sg_event_id") == [(f"e{i}",) for i in range(1, 7)]
    assert zone.books() == [(6, 6, 0, 0)]


@BLOCKS
def test_pretty_objects_among_lines(zone: Zone, block_bytes: int) -> None:
    one = json.dumps(json.loads(event(2)) | {"tags": ["a"], "none": {}}, indent=4)
    zone.put("\n".join([event(1), one, one.replace("e2", "e3"), event(4)]))
    zone.land(block_bytes=block_bytes)
    assert zone.rows("sg_event_id") == [("e1",), ("e2",), ("e3",), ("e4",)]
    assert zone.books() == [(4, 4, 0, 0)]


@BLOCKS
def test_a_broken_element_of_a_pretty_array_is_one_record(zone: Zone, block_bytes: int) -> None:
    text = pretty(1, 2, 3).replace('"sg_event_id": "e2"', '"sg_event_id": e2')
    zone.put(text)
    zone.land(block_bytes=block_bytes)
    assert zone.rows("item_index, sg_event_id") == [(0, "e1"), (2, "e3")]
    ((line, offset, index, code),) = zone.quarantine()
    assert (line, index, code) == (text.count("\n", 0, offset) + 1, 1, "not_json")
    assert text[offset:].startswith("{") and '"user2@example.com"' in zone.quarantine("raw_text")[0][0]
    assert zone.books() == [(3, 2, 0, 1)]


def test_a_broken_pretty_object_is_one_record(zone: Zone) -> None:
    broken = json.dumps(json.loads(event(2)), indent=2).replace(": ", " ", 1)
    zone.put("\n".join([event(1), broken, event(3)]))
    zone.land()
    assert zone.rows("sg_event_id") == [("e1",), ("e3",)]
    assert zone.books() == [(3, 2, 0, 1)]


def test_an_array_line_that_was_cut_is_one_record(zone: Zone) -> None:
    for number, cut in enumerate([2, 30, len(event(1)) + 2, len(event(1)) + 3, len(event(1)) + 40]):
        zone.put(f"[{event(1)}, {event(2)}]"[:cut], f"{number}-end.ndjson")
        zone.put(f"[{event(1)}, {event(2)}]"[:cut] + "\n" + event(3), f"{number}-one.ndjson")
        zone.put(
            f"[{event(1)}, {event(2)}]"[:cut] + "\n" + event(3) + "\n" + event(4), f"{number}-two.ndjson"
        )
    zone.land()
    ends = zone.ledger(
        "select records_readable, quarantined from files where file like '%-end.ndjson' order by file"
    )
    assert ends == [(0, 1)] * 5
    landed = {row[0] for row in zone.rows("sg_event_id")}
    assert {"e3", "e4"} <= landed
    assert all(row[3] >= 1 for row in zone.books())


def test_an_array_that_is_never_closed_keeps_its_elements(zone: Zone) -> None:
    zone.put("[\n" + event(1) + ",\n" + event(2) + ",\n")
    zone.land()
    assert zone.rows("sg_event_id") == [("e1",), ("e2",)]
    assert zone.quarantine() == [(1, 0, None, "not_json")]


def test_a_stray_bracket_does_not_swallow_the_lines_after_it(zone: Zone) -> None:
    zone.put("[\n" + "\n".join(event(number) for number in range(1, 9)))
    zone.land()
    assert zone.rows("sg_event_id") == [(f"e{i}",) for i in range(1, 9)]
    assert zone.books() == [(9, 8, 0, 1)]


def test_an_array_of_one_line_over_16_mib_is_split(zone: Zone) -> None:
    filler = "x" * 2**20
    elements = [event(number, reason=filler) for number in range(20)]
    elements[7] = elements[7].replace('"e7"', "e7")
    zone.put(event(100) + "\n[" + ", ".join(elements) + "]\n" + event(101))
    zone.land(block_bytes=2**22)
    landed = [f"e{i}" for i in range(20) if i != 7]
    assert zone.rows("sg_event_id") == [(name,) for name in ["e100", *landed, "e101"]]
    assert zone.quarantine("line, item_index, reason_code") == [(2, 7, "not_json")]
    assert zone.books() == [(22, 21, 0, 1)]


def test_a_line_over_16_mib_of_objects_is_split(zone: Zone) -> None:
    filler = "x" * 2**21
    zone.put("".join(event(number, reason=filler) for number in range(12)) + "\n" + event(20))
    zone.land()
    assert [row[0] for row in zone.rows("sg_event_id")] == [*(f"e{i}" for i in range(12)), "e20"]


def test_a_form_encoded_body(zone: Zone) -> None:
    record = {
        "event": "send",
        "ts": 1_772_323_200,
        "_id": "m1",
        "msg": {"email": "a@example.com", "_id": "m1"},
    }
    body = "mandrill_events=" + quote(json.dumps([record, record | {"_id": "m2"}]))
    zone.put(f"{body}\n{body}\nmandrill_events=%5Bnothing\n", feed="mandrill")
    zone.land()
    assert zone.books() == [(5, 4, 0, 1)]
    assert zone.rows("line_number, item_index") == [(1, 0), (1, 1), (2, 0), (2, 1)]


def test_places_count_bytes_not_characters(zone: Zone) -> None:
    zone.put(event(1, email="ä@example.com") + event(2) + "\nschrött\n" + event(3))
    zone.land()
    first = len(event(1, email="ä@example.com").encode())
    second = first + len(event(2))
    assert zone.rows("byte_offset") == [(0,), (first,), (second + 10,)]
    assert zone.quarantine() == [(2, second + 1, None, "not_json")]
    assert zone.quarantine("raw_text") == [("schrött",)]


def test_of_what_a_long_line_holds_only_the_broken_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "RECORD_BYTES", 20_000)
    broken = [f"{{x{number}}}" for number in range(3000)]
    sound = json.dumps({"a": "x" * 10_000})
    text = f"[{', '.join([*broken, sound])}, {{y}}]\n{{z}}\n"
    found = list(DocumentReader(Window(io.BytesIO(text.encode()), 0, 1), None).read_all())
    assert [one.text for one in found if isinstance(one, Document)] == [f"[{sound}]"]
    kept = [one for one in found if isinstance(one, Unreadable)]
    assert [one.raw.decode() for one in kept] == [*broken, "{y}", "{z}"]
    assert all(text[one.offset :].startswith(one.raw.decode()) for one in kept)
    assert [one.line for one in kept[-3:]] == [1, 1, 2]


def test_what_is_broken_is_looked_for_in_a_stretch_not_in_all_that_is_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # An error counts the lines of the text that it is given: of all of it, once for every broken element.
    given: list[int] = []

    def decode(text: str, start: int) -> tuple[object, int]:
        given.append(len(text))
        return decode_value(text, start)

    monkeypatch.setattr("ingestion.files.broken_json.window.decode_value", decode)
    monkeypatch.setattr(reader, "RECORD_BYTES", 20_000)
    text = f"[{', '.join(f'{{x{number}}}' for number in range(20_000))}]\n"
    found = DocumentReader(Window(io.BytesIO(text.encode()), 0, 1), None).read_all()
    assert sum(isinstance(one, Unreadable) for one in found) == 20_000
    assert median(given) < 5_000


@pytest.mark.parametrize("size", [4094, 4095, 4096, 4097, 5000])
def test_values_around_the_stretch_that_is_tried_first(size: int) -> None:
    value = json.dumps({"a": "x" * (size - 9)})
    for text in (f"{value}, 1", f"{value[:-1]}x, 1", f"{'1' * size}, 1", f"{value[:-2]}, 1"):
        window = Window(io.BytesIO(f"{text}{' ' * 9000}".encode()), 0, 1)
        found = window.value(0, 2**20)
        try:
            assert found.end == json.JSONDecoder(parse_int=str).raw_decode(text)[1]
        except json.JSONDecodeError as error:
            assert (found.end, found.position, found.problem) == (None, error.pos, error.msg)
