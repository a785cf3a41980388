"""One unreadable record costs itself, not the batch it came in; one unreadable line, not the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingestion.adapters.native.dynamics365 import ADAPTER as EXPORT
from ingestion.adapters.native.interactions import ADAPTER
from ingestion.files.broken_json.repair import mend
from tests.ingestion.adapters import cdm
from tests.ingestion.tables import land_files, read_file
from tests.ingestion.zone import NOON, Zone, event

HALF = event(2).replace("user2", "\\ud83d")
LATIN = event(2).encode().replace(b"user2", b"\xe9")


@pytest.mark.parametrize(
    ("bad", "reason_code", "shown"), [(HALF.encode(), "not_json", "\\ud83d@"), (LATIN, "not_utf8", "\\xe9@")]
)
def test_a_bad_element_of_a_batch_is_alone(zone: Zone, bad: bytes, reason_code: str, shown: str) -> None:
    zone.put(b"[" + event(1).encode() + b", " + bad + b", " + event(3).encode() + b"]\n" + event(4).encode())
    zone.land()
    assert zone.rows("line_number, item_index, sg_event_id") == [(1, 0, "e1"), (1, 2, "e3"), (2, 0, "e4")]
    assert zone.quarantine() == [(1, 0, 1, reason_code)]
    assert shown in zone.quarantine("raw_text")[0][0]
    assert zone.books() == [(4, 3, 0, 1)]


@pytest.mark.parametrize(
    ("feed", "name", "around"),
    [("mandrill", "ts", '{{"mandrill_events": [{}]}}'), ("mailgun", "timestamp", '{{"items": [{}]}}')],
)
def test_a_bad_record_in_an_envelope_is_alone(zone: Zone, feed: str, name: str, around: str) -> None:
    def record(address: str) -> str:
        sent = {"event": "open" if feed == "mandrill" else "opened", name: NOON}
        return json.dumps(sent | {"recipient": address, "msg": {"email": address}}).replace("\\\\", "\\")

    zone.put(around.format(",".join(map(record, ("a@x.example", "\\udc00", "b@x.example")))), feed=feed)
    zone.land()
    assert zone.rows("recipient") == [("a@x.example",), ("b@x.example",)]
    assert zone.quarantine("item_index, reason_code") == [(1, "not_json")]


def test_marks_spell_out_what_could_not_be_read() -> None:
    assert json.loads(mend(b'"\\\\ud800 \\ud83d\\ude00 \\ud800 \xe9"')) == (
        "\\ud800 \U0001f600 \ufdd0\\ud800 \ufdd0\\xe9"
    )


def test_a_column_that_is_not_read_may_hold_anything_but_utf8(tmp_path: Path) -> None:
    header = b"interaction_id,unknown,interaction_type,occurred_at,also_unknown\n"
    rows = b"1,\xff,email_sent,2026-01-01T10:00:00Z,x\n2,x,email_sent,2026-01-01T10:00:00Z,\xff\xfe\n"
    content = header + rows + b"3,x,email_sent,2026-01-01T10:00:00Z,x\n"
    result = read_file(tmp_path, ADAPTER, "e.csv", content)
    assert [row["interaction_id"] for row in result.rows] == ["3"]
    assert result.reasons == [("not_utf8", 2), ("not_utf8", 3)]


def test_an_old_export_may_hold_lines_of_two_encodings(tmp_path: Path) -> None:
    rows = [cdm.record("EmailSent", f"k{n}", City="Orléans", Timestamp="1/1/2026 4:05 PM") for n in range(3)]
    lines = cdm.blob(rows).splitlines(keepends=True)
    lines[2] = lines[2].decode().encode("cp1252")
    for name, extra in (("together", b""), ("with care", b"too,few\r\n")):
        blob = b"".join(lines) + extra
        found = land_files(
            tmp_path / name,
            EXPORT.name,
            {"csv/EmailSent/b": blob, "model.json": cdm.model(["csv/EmailSent/b"])},
        )
        assert [row["city"] for row in found.relations[EXPORT.name]] == ["Orléans"] * 3
        assert len(found.quarantined) == bool(extra)
