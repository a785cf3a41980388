"""CSV in disorder: each broken record costs itself only, and every record knows where it stands."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from ingestion.adapters.native.interactions import ADAPTER
from ingestion.errors import UnreadableFile
from ingestion.files.tables import broken_lines
from tests.ingestion.tables import read_file
from tests.ingestion.zone import Zone

HEADER = b"interaction_id,interaction_type,occurred_at,reason\n"


def row(number: int, reason: bytes = b"") -> bytes:
    """One CSV record."""
    return b"%d,email_sent,2026-01-01T10:00:00Z,%s\n" % (number, reason)


def test_csv_records_over_several_lines_know_where_they_start(tmp_path: Path) -> None:
    content = HEADER + row(1, b'"a\nb\n"') + row(2) + row(3, b'"c\r\nd"') + row(4).replace(b"sent", b"lost")
    result = read_file(tmp_path, ADAPTER, "e.csv", content)
    assert [line["line_number"] for line in result.rows] == [2, 5, 6]
    assert result.rows[0]["reason"] == "a\nb\n"
    assert result.reasons == [("unknown_value", 8)]
    assert result.bad[0].byte_offset == content.index(b"4,email")


DISORDER = [
    (b"2,too,short\n", "wrong_shape", 1),
    (row(2, b"one,too,many"), "wrong_shape", 1),
    (b'2,email_sent,2026-01-01T10:00:00Z,"never closed\n', "wrong_shape", 1),
    (row(2, b'"closed" twice"'), "wrong_shape", 1),
    (row(2, b"\xff\xfe"), "not_utf8", 1),
    (row(2, b'"over\nlines",too many'), "wrong_shape", 2),
]


@pytest.mark.parametrize(("broken", "reason", "lines"), DISORDER)
@pytest.mark.parametrize("blank", [b"", b"\n"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_broken_csv_row_costs_itself_only(
    tmp_path: Path, broken: bytes, reason: str, lines: int, blank: bytes, line_end: bytes
) -> None:
    content = (HEADER + row(1) + blank + broken + row(3, b'"x\ny"') + row(4)).replace(b"\n", line_end)
    result = read_file(tmp_path, ADAPTER, "e.csv", content)
    first = 3 + len(blank)
    assert result.reasons == [(reason, first)]
    start = content.index(broken.replace(b"\n", line_end))
    assert result.bad[0].byte_offset == start
    assert (
        result.bad[0].raw_text
        == content[start:].decode("utf-8", "backslashreplace")[: len(result.bad[0].raw_text)]
    )
    assert [(r["interaction_id"], r["line_number"]) for r in result.rows] == [
        ("1", 2),
        ("3", first + lines),
        ("4", first + lines + 2),
    ]


@pytest.mark.parametrize("name", ["e.csv", "contacts.ndjson"])
def test_records_are_put_aside_in_the_home_only(
    zone: Zone, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A killed build's copies anywhere else would stay there, and hold people who are erased later.
    monkeypatch.setattr(tempfile, "tempdir", str(zone.root / "no such folder"))
    if name.endswith(".csv"):
        zone.put(HEADER + row(1) + row(2, b"one,too,many"), name, feed="interactions")
    else:
        zone.put('{"contact_id": "c1"}\n{broken\n', name, feed="crm")
    zone.land()
    assert zone.books() == [(2, 1, 0, 1)]


@pytest.mark.parametrize("reason", [b"a\nb", b"a\r\nb", b"a\rb", b"\r", b'""\r""', b"a\r"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("is_first", [True, False])
def test_breaks_inside_a_cell_stand_beside_disorder(
    tmp_path: Path, reason: bytes, line_end: bytes, is_first: bool
) -> None:
    quoted = b'1,email_sent,2026-01-01T10:00:00Z,"%s"' % reason
    sound = b"2,email_sent,2026-01-01T10:00:00Z,x"
    rows = [quoted, sound] if is_first else [sound, quoted]
    content = line_end.join([HEADER.rstrip(), *rows, b"3,too short", b""])
    result = read_file(tmp_path, ADAPTER, "e.csv", content)
    assert sorted((r["interaction_id"], r["reason"]) for r in result.rows) == [
        ("1", reason.decode().replace('""', '"')),
        ("2", "x"),
    ]
    assert [code for code, _ in result.reasons] == ["wrong_shape"]


def test_a_record_over_16_mib_is_too_large_and_one_just_under_is_not(tmp_path: Path) -> None:
    content = HEADER + row(1, b"x" * (16 * 2**20 - 100)) + row(2, b"x" * (16 * 2**20)) + row(3)
    result = read_file(tmp_path, ADAPTER, "e.csv", content)
    assert [r["interaction_id"] for r in result.rows] == ["1", "3"]
    assert result.reasons == [("too_large", 3)]


def test_quotes_that_never_close_are_read_on_from_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line without its outermost quotes: every one opens a quote that the next would open again."""
    lines = 400
    content = HEADER + b'1","email_sent","2026-01-01T10:00:00Z","x\n' * lines + row(3, b'"a\nb"') + row(4)
    decoded, read = [], broken_lines.decoded

    def count(line: bytes, encoding: str) -> str:
        decoded.append(line)
        return read(line, encoding)

    monkeypatch.setattr(broken_lines, "decoded", count)
    result = read_file(tmp_path, ADAPTER, "e.csv", content)
    assert result.reasons == [("wrong_shape", number) for number in range(2, lines + 2)]
    assert [r["interaction_id"] for r in result.rows] == ["3", "4"]
    assert len(decoded) < 4 * lines


@pytest.mark.parametrize("name", ["e.csv", "e"])
def test_lines_that_end_with_a_carriage_return_alone_are_not_passed_over(tmp_path: Path, name: str) -> None:
    content = (HEADER + row(1) + row(2)).replace(b"\n", b"\r")
    with pytest.raises(UnreadableFile, match="carriage return alone"):
        read_file(tmp_path, ADAPTER, name, content)


def test_a_carriage_return_inside_a_line_beside_a_broken_one_costs_no_other_line(tmp_path: Path) -> None:
    line = b'{"interaction_id": "1",\r "interaction_type": "email_sent", "occurred_at": "2026-01-01T10:00:00Z"}\n'
    content = line + b"\xff\n" + b"no\rjson\n" + line.replace(b'"1"', b'"2"')
    result = read_file(tmp_path, ADAPTER, "e.ndjson", content)
    assert [(row["interaction_id"], row["line_number"]) for row in result.rows] == [("1", 1), ("2", 4)]
    assert sorted(result.reasons, key=lambda reason: reason[1]) == [("not_utf8", 2), ("not_json", 3)]
    assert [bad.raw_text for bad in result.bad if bad.reason_code == "not_json"] == ["no\rjson"]


def test_a_header_may_have_so_many_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broken_lines, "_MOST_COLUMNS", 4)
    assert read_file(tmp_path, ADAPTER, "e.csv", HEADER + row(1)).readable == 1
    with pytest.raises(UnreadableFile, match="5 columns, more than 4"):
        read_file(tmp_path, ADAPTER, "e.csv", HEADER.replace(b"\n", b",x\n") + row(1, b","))
