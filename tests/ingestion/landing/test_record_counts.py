"""The books balance and every good record is landed once, whatever it is mixed with and however it is cut."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ingestion.zone import Zone, event

#: Text of a line, and what it adds to the books: readable, ignored, quarantined.
Line = tuple[str | bytes, int, int, int]


def good(number: int) -> Line:
    return event(number, reason="ü" * (number % 50)), 1, 0, 0


def array(numbers: list[int]) -> Line:
    return f" [{','.join(event(number) for number in numbers)}]", len(numbers), 0, 0


def chain(numbers: list[int]) -> Line:
    return "".join(event(number) for number in numbers), len(numbers), 0, 0


def pretty(numbers: list[int]) -> Line:
    text = json.dumps([json.loads(event(number)) | {"tags": ["a", "b", 1]} for number in numbers], indent=2)
    return text, len(numbers), 0, 0


NUMBERS = st.lists(st.integers(0, 99), min_size=1, max_size=4)
LINES = st.one_of(
    st.integers(0, 99).map(good),
    NUMBERS.map(array),
    NUMBERS.map(chain),
    NUMBERS.map(pretty),
    st.just(("", 0, 0, 0)),
    st.just((event(event="unknown"), 0, 1, 0)),
    st.sampled_from(
        [
            "garbage",
            "{{",
            "]",
            '{"event": ',
            '{"event": "open", "email": "a',
            '"text"',
            "12",
            event(timestamp=None),
            event(timestamp="x"),
            event(timestamp=1),
            event() + "}",
            b"\xfe\x80",
            event().encode().replace(b"user", b"\xe9"),
        ]
    ).map(lambda text: (text, int(isinstance(text, str) and text == event() + "}"), 0, 1)),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    files=st.lists(st.lists(LINES, max_size=12), min_size=1, max_size=4),
    block_bytes=st.sampled_from([300, 700, 2**20]),
    newline=st.sampled_from([b"\n", b"\r\n"]),
    compressed=st.booleans(),
)
def test_the_books_balance(
    files: list[list[Line]], block_bytes: int, newline: bytes, compressed: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        zone = Zone(Path(folder))
        for index, lines in enumerate(files):
            texts = [line[0] if isinstance(line[0], bytes) else line[0].encode() for line in lines]
            content = newline.join(texts)
            zone.put(gzip.compress(content) if compressed else content, f"{index}.ndjson")
        zone.land(block_bytes=block_bytes)
        for (read, readable, ignored, quarantined), lines in zip(zone.books(), files, strict=True):
            assert read == readable + ignored + quarantined
            assert (readable, ignored, quarantined) == tuple(
                sum(line[column] for line in lines) for column in (1, 2, 3)
            )
        (landed,) = zone.ledger("select coalesce(sum(rows), 0) from parts")[0]
        assert landed == sum(row[1] for row in zone.books())
        assert zone.ledger("select count(*) from quarantined_records") == [
            (sum(row[3] for row in zone.books()),)
        ]
        places = zone.rows("file_id, line_number, byte_offset, item_index")
        assert len(set(places)) == len(places)
