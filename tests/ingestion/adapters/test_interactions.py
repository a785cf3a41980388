"""Native interactions: one meaning in three shapes, every way a row can be wrong, and where it stands."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingestion.adapters.native.interactions import ADAPTER, REASONS, TYPES
from ingestion.errors import UnreadableFile
from ingestion.files.tables.formats import is_table
from ingestion.values.identifier_columns import cleaned
from tests.ingestion.tables import Read, land_files, packed, parquet, read_file

GOOD: dict[str, Any] = {
    "interaction_id": "i1",
    "interaction_type": "form_submitted",
    "occurred_at": "2026-01-01T12:30:00.25+02:00",
    "contact_id": "c1",
    "recipient": " Ann@Example.com",
    "url": "https://a.example/?q=ü&x=1#top",
    "country": "DE",
    "latitude": 52.5,
    "score": 7.0,
    "members_count": 12,
    "amount": 9.5,
    "currency": "EUR",
    "order_id": "o1",
    "is_sales_ready": True,
    "is_machine": False,
    "lead_result": "created",
    "properties": {"values": {"note": 'two\nlines, a "quote"'}},
}
BAD = [
    ({"interaction_id": None}, "missing_field"),
    ({"interaction_type": None}, "missing_field"),
    ({"occurred_at": None}, "missing_field"),
    ({"interaction_type": "email_teleported"}, "unknown_value"),
    ({"interaction_type": "Email_Sent"}, "unknown_value"),
    ({"occurred_at": "yesterday"}, "bad_timestamp"),
    ({"occurred_at": "2026-02-30T10:00:00Z"}, "bad_timestamp"),
    ({"occurred_at": "infinity"}, "bad_timestamp"),
    ({"occurred_at": "1989-12-31T23:59:59Z"}, "out_of_range"),
    ({"occurred_at": "2026-01-05T00:00:00Z"}, "out_of_range"),
    ({"latitude": 90.5}, "out_of_range"),
    ({"longitude": -180.5}, "out_of_range"),
]
NULLED = [
    ("is_machine", "maybe"),
    ("is_sales_ready", 2),
    ("score", "high"),
    ("latitude", "north"),
    ("members_count", 1.5),
    ("amount", "nine"),
    ("currency", "Euro"),
    ("members_count", -1),
    ("bounce_type", "firm"),
    ("contact_result", "deleted"),
    ("lead_result", "won"),
    ("country", "Germany"),
    ("properties", "not json"),
]


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict) else value


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    """The rows as CSV; columns in an order of their own."""
    out = io.StringIO()
    names = sorted({name for row in rows for name in row}, reverse=True)
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue().encode()


def as_json(rows: list[dict[str, Any]]) -> bytes:
    """The rows as JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def as_parquet(folder: Path, rows: list[dict[str, Any]]) -> bytes:
    """The rows as Parquet, all texts."""
    names = sorted({name for row in rows for name in row})
    texts = [{name: _text(row.get(name)) for name in names} for row in rows]
    return parquet(folder, pa.Table.from_pylist(texts, pa.schema([(name, pa.string()) for name in names])))


def _text(value: object) -> str | None:
    return None if value is None else str(_cell(value))


def read(folder: Path, rows: list[dict[str, Any]], shape: str = "csv") -> Read:
    """Read rows as a table of that shape."""
    content = as_csv(rows) if shape == "csv" else as_parquet(folder, rows)
    return read_file(folder, ADAPTER, f"events.{shape}", content)


@pytest.mark.parametrize("shape", ["csv", "parquet"])
def test_a_row_keeps_its_values(tmp_path: Path, shape: str) -> None:
    result = read(tmp_path, [GOOD], shape)
    expected = GOOD | {
        "occurred_at": datetime(2026, 1, 1, 10, 30, 0, 250_000, UTC),
        "properties": json.dumps(GOOD["properties"]),
        "line_number": 2 if shape == "csv" else 1,
    }
    assert result.rows == [expected]
    assert (result.bad, result.nulled, result.warnings) == ([], {}, ())


@pytest.mark.parametrize(
    ("given", "bounce_type", "contact_result", "email_id"),
    [
        ("Hard", "hard", "created", "E 1"),
        (" SOFT ", "soft", "updated", "2001"),
        ("-other-", "other", "none", None),
    ],
)
@pytest.mark.parametrize("shape", ["csv", "parquet"])
def test_words_and_ids_are_one_however_they_are_written(
    tmp_path: Path, shape: str, given: str, bounce_type: str, contact_result: str, email_id: str | None
) -> None:
    written = {"E 1": ' "E 1"', "2001": "2001.0", None: "(null)"}[email_id]
    row = GOOD | {"bounce_type": given, "contact_result": contact_result.upper(), "email_id": written}
    result = read(tmp_path, [row], shape)
    assert result.nulled == {}
    (landed,) = cleaned("interactions", pa.Table.from_pylist(result.rows)).to_pylist()
    found = (landed["bounce_type"], landed["contact_result"], landed["email_id"])
    assert found == (bounce_type, contact_result, email_id)


@pytest.mark.parametrize("shape", ["csv", "parquet"])
@pytest.mark.parametrize("nothing", ["null", "(NULL)", "undefined", "00000000-0000-0000-0000-000000000000"])
def test_an_interaction_without_an_id_of_its_own_is_refused(tmp_path: Path, shape: str, nothing: str) -> None:
    result = read(tmp_path, [GOOD | {"interaction_id": nothing}, GOOD], shape)
    assert [bad.reason_code for bad in result.bad] == ["missing_field"]
    assert len(result.rows) == 1


def bad_rows() -> list[dict[str, Any]]:
    """Every way a row can be bad, in order, and a good one."""
    plain = GOOD | {"properties": None, "longitude": None}
    return [*(plain | change for change, _ in BAD), plain]


@pytest.mark.parametrize("shape", ["csv", "parquet"])
def test_each_bad_row_is_named_and_the_next_one_read(tmp_path: Path, shape: str) -> None:
    result = read(tmp_path, bad_rows(), shape)
    first = 2 if shape == "csv" else 1
    assert result.reasons == [(reason, first + index) for index, (_, reason) in enumerate(BAD)]
    assert [row["line_number"] for row in result.rows] == [first + len(BAD)]
    if shape == "csv":
        lines = as_csv(bad_rows()).splitlines(keepends=True)
        for bad in result.bad:
            assert bad.line is not None
            assert bad.byte_offset == sum(map(len, lines[: bad.line - 1]))
            assert bad.raw_text == lines[bad.line - 1].decode().rstrip()
    else:
        assert all('"ip"' in bad.raw_text or '"contact_id":"c1"' in bad.raw_text for bad in result.bad)


def test_each_bad_json_row_has_the_reason_of_the_bad_table_row(tmp_path: Path) -> None:
    landed = land_files(tmp_path, "interactions", {"e.ndjson": as_json(bad_rows())})
    assert [(code, line) for _, code, line in landed.quarantined] == [
        (reason, 1 + index) for index, (_, reason) in enumerate(BAD)
    ]


def lossy_rows() -> list[dict[str, Any]]:
    """Every optional value that is none, in order, and a good row."""
    return [*(GOOD | {name: value} for name, value in NULLED), GOOD]


def lost() -> dict[str, int]:
    """How often each field is lost in `lossy_rows`."""
    return dict(Counter(name for name, _ in NULLED))


@pytest.mark.parametrize("shape", ["csv", "parquet"])
def test_optional_values_that_are_none_become_null_and_are_counted(tmp_path: Path, shape: str) -> None:
    result = read(tmp_path, lossy_rows(), shape)
    assert result.nulled == lost()
    assert [name in row for row, (name, _) in zip(result.rows, NULLED, strict=False)] == [False] * len(NULLED)


def test_optional_json_values_that_are_none_become_null_and_are_counted(tmp_path: Path) -> None:
    nested = [GOOD | {"link_name": {"a": 1}, "city": ["a"], "region": "[1]", "email_id": [{}]}]
    landed = land_files(tmp_path, "interactions", {"e.ndjson": as_json(lossy_rows() + nested)})
    rows = sorted(landed.relations["interactions"], key=lambda row: int(row["line_number"]))
    assert [row[name] for row, (name, _) in zip(rows, NULLED, strict=False)] == [None] * len(NULLED)
    assert [rows[-1][name] for name in ("link_name", "city", "region", "email_id")] == [
        None,
        None,
        "[1]",
        None,
    ]
    assert landed.nulled == lost() | {"link_name": 1, "city": 1}


def test_every_type_is_known_and_only_two_have_fixed_reasons(tmp_path: Path) -> None:
    given = [(kind, reason) for kind in sorted(TYPES) for reason in ("consent", "suppressed", "as told")]
    rows = [GOOD | {"interaction_type": kind, "reason": reason} for kind, reason in given]
    result = read(tmp_path, rows)
    kept = [reason if kind not in REASONS or reason in REASONS[kind] else None for kind, reason in given]
    assert [row.get("reason") for row in result.rows] == kept
    assert result.nulled == {"reason": 4}


TIMES = [
    ("2026-01-01T10:00:00Z", 10),
    ("2026-01-01t10:00:00z", 10),
    ("2026-01-01 10:00:00+00", 10),
    ("2026-01-01T10:00:00+0200", 8),
    ("2026-01-01T10:00Z", 10),
    ("2026-01-01T10:00+02:00", 8),
    ("2026-01-01T10:00:00.000000000-02:00", 12),
    ("2026-01-01T10:00:00", 9),
    ("2026-01-01T10:00", 9),
    ("2026-01-01T01:00", 0),
]


def test_spellings_of_a_time(tmp_path: Path) -> None:
    content = as_csv([GOOD | {"occurred_at": written} for written, _ in TIMES])
    result = read_file(tmp_path, ADAPTER, "e.csv", content, timezone="Europe/Berlin")
    assert [row["occurred_at"] for row in result.rows] == [
        datetime(2026, 1, 1, hour, tzinfo=UTC) for _, hour in TIMES
    ]


def test_times_without_an_offset_are_in_the_feeds_zone_in_json_too(tmp_path: Path) -> None:
    content = as_json([GOOD | {"occurred_at": written} for written, _ in TIMES])
    landed = land_files(tmp_path, "interactions", {"e.ndjson": content}, timezone="Europe/Berlin")
    rows = sorted(landed.relations["interactions"], key=lambda row: int(row["line_number"]))
    assert [row["occurred_at"].hour for row in rows] == [hour for _, hour in TIMES]


def test_csv_columns_that_are_unknown_are_kept_out_with_a_warning(tmp_path: Path) -> None:
    result = read(tmp_path, [GOOD | {"colour": "red"}])
    assert result.readable == 1
    assert "`colour`" in result.warnings[0]


def test_csv_without_a_required_column_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"no column `occurred_at`.*deliver") as caught:
        read_file(tmp_path, ADAPTER, "e.csv", b"interaction_id,interaction_type\n1,email_sent\n")
    assert caught.value.reason_code == "missing_field"


def test_csv_without_a_header_is_rejected_without_its_data(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no column `interaction_id`") as caught:
        read_file(tmp_path, ADAPTER, "e.csv", b"1,email_sent,2026-01-01T10:00:00Z,ann@b.example\n")
    assert "ann@b.example" not in caught.value.message


def test_renamed_ids_are_read_under_the_feeds_names(tmp_path: Path) -> None:
    content = b"interaction_id,interaction_type,occurred_at,cid\n1,email_sent,2026-01-01T10:00:00Z,c9\n"
    result = read_file(tmp_path, ADAPTER, "e.csv", content, ids={"contact_id": "cid"})
    assert result.rows[0]["contact_id"] == "c9"
    assert result.warnings == ()


def test_parquet_with_types_of_its_own(tmp_path: Path) -> None:
    when = datetime(2026, 1, 1, 10, 30, tzinfo=UTC)
    table = pa.table(
        {
            "interaction_id": pa.array([1.0, None], pa.float64()),
            "interaction_type": pa.array(["segment_members_counted", "email_sent"]).dictionary_encode(),
            "occurred_at": pa.array([when, when], pa.timestamp("ns", "Europe/Berlin")),
            "members_count": pa.array([12.0, float("nan")]),
            "score": pa.array([0.5, float("nan")], pa.float32()),
            "is_machine": pa.array([True, None]),
            "properties": pa.array([{"a": [1, 2]}, None]),
        }
    )
    result = read_file(tmp_path, ADAPTER, "e.parquet", parquet(tmp_path, table))
    assert result.rows == [
        {
            "line_number": 1,
            "occurred_at": when,
            "interaction_id": "1",
            "interaction_type": "segment_members_counted",
            "members_count": 12,
            "score": 0.5,
            "is_machine": True,
            "properties": '{"a":[1,2]}',
        }
    ]
    assert result.nulled == {}
    assert result.reasons == [("missing_field", 2)]
    assert '"email_sent"' in result.bad[0].raw_text


@pytest.mark.parametrize("unit", ["us", "ns", "ms"])
def test_parquet_times_without_a_zone_are_utc(tmp_path: Path, unit: str) -> None:
    table = pa.table(
        {
            "interaction_id": ["1"],
            "interaction_type": ["email_sent"],
            "occurred_at": pa.array([datetime(2026, 1, 1, 10)], pa.timestamp(unit)),
        }
    )
    result = read_file(tmp_path, ADAPTER, "e.parquet", parquet(tmp_path, table))
    assert result.rows[0]["occurred_at"] == datetime(2026, 1, 1, 10, tzinfo=UTC)


def test_a_cut_parquet_file_is_rejected_without_naming_our_folders(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="not a whole Parquet file") as caught:
        read_file(tmp_path, ADAPTER, "e.parquet", as_parquet(tmp_path, [GOOD])[:-20])
    assert caught.value.reason_code == "wrong_shape"
    assert str(tmp_path) not in caught.value.message


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.csv", b"interaction_id,occurred_at\n", True),
        ("a.dat", b"\xef\xbb\xbfreason;occurred_at\n", True),
        ("a.dat", b"PAR1\x15\x04", True),
        ("a.csv", b'{"interaction_id": "1"}\n', False),
        ("a.dat", b"  \n[1]", False),
        ("a.dat", b"broken\n{}\n", False),
        ("a.ndjson", b"broken, broken\n", False),
        ("a.csv", b"id,type,time\n", True),
        ("a.csv", b"", False),
    ],
)
def test_the_content_tells_tables_from_json(name: str, head: bytes, expected: bool) -> None:
    assert is_table(name, head, ADAPTER.headers) is expected


@pytest.mark.parametrize("extension", ["", ".gz", ".zst"])
@pytest.mark.parametrize("shape", ["ndjson", "csv", "parquet"])
def test_every_shape_and_compression_lands_the_same(tmp_path: Path, shape: str, extension: str) -> None:
    bad = GOOD | {"interaction_type": "email_teleported"}
    lossy = GOOD | {"interaction_id": "i3", "score": "high", "reason": None}
    rows = [GOOD, bad, lossy]
    content = {"ndjson": as_json, "csv": as_csv}.get(shape, lambda given: as_parquet(tmp_path, given))(rows)
    landed = land_files(tmp_path, "interactions", {f"events.{shape}{extension}": packed(content, extension)})
    assert list(landed.books.values()) == [(3, 2, 0, 1)]
    assert [reason for _, reason, _ in landed.quarantined] == ["unknown_value"]
    assert landed.nulled == {"score": 1}
    found = sorted(landed.relations["interactions"], key=lambda one: str(one["interaction_id"]))
    assert [(one["interaction_id"], one["score"], one["contact_id"]) for one in found] == [
        ("i1", 7.0, "c1"),
        ("i3", None, "c1"),
    ]
    assert found[0]["occurred_at"] == datetime(2026, 1, 1, 10, 30, 0, 250_000, UTC)
    assert json.loads(found[0]["properties"]) == GOOD["properties"]
