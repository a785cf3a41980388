"""Sizes made to do harm: lines, archives and tables that would fill the memory, the disk or the day."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from ingestion.files import blocks, compression
from ingestion.files.tables import formats
from tests.ingestion.zone import NATIVE_HEADER, Zone, event, native

MIB = 2**20


@pytest.mark.parametrize("feed", ["sendgrid", "interactions"])
def test_what_grows_without_end_when_unpacked_is_refused(
    zone: Zone, feed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compression, "LARGEST_FREE", MIB)
    start = native(1) if feed == "interactions" else event(1) + "\n"
    for pack, name in ((gzip.compress, "bomb.csv.gz"), (zstandard.compress, "bomb.csv.zst")):
        zone.put(pack(start.encode() + b"x" * (8 * MIB)), name, feed=feed)
    zone.put(pack(start.encode() * 100), "sound.csv.zst", feed=feed)
    zone.land()
    refused = zone.ledger("select file, reason_code, message from files where file_quarantined order by file")
    assert [row[:2] for row in refused] == [("bomb.csv.gz", "too_large"), ("bomb.csv.zst", "too_large")]
    assert all("200 times its size" in message for *_, message in refused)
    assert not list((zone.home / "tmp").glob("*/*"))


def test_parquet_of_rows_without_room_is_refused(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "_MANY_ROWS", 50_000)
    row = {"contact_id": "c1", "email": "a@example.com"}
    for name, rows in (("contacts.parquet", 100_000), ("accounts.parquet", 10)):
        values = {**row, "account_id": "a"}
        table = pa.table({column: pa.repeat(value, rows) for column, value in values.items()})
        pq.write_table(table, zone.put(b"", name, feed="crm"), compression="zstd")
    zone.land()
    assert zone.ledger("select file, reason_code, records_read from files order by file") == [
        ("accounts.parquet", None, 10),
        ("contacts.parquet", "too_large", 0),
    ]


def test_blocks_hold_so_many_lines_and_no_more(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_LINES", 100)
    held: list[int] = []
    cut = blocks.lines_of

    def count(block: blocks.Block, **options: bool) -> blocks.Lines:
        held.append(sum(len(piece.line_ends) for piece in block.pieces))
        return cut(block, **options)

    monkeypatch.setattr(blocks, "lines_of", count)
    zone.put(b"\n" * 5000 + event(1).encode())
    zone.put("".join(event(number) + "\n" for number in range(2, 252)), "b.ndjson")
    zone.put(event(252) + "\n" + "\n" * 99 + event(253), "c.ndjson")
    zone.put("[\n" + ",\n".join(event(number) for number in range(254, 454)) + "]", "d.ndjson")
    zone.land()
    assert max(held) <= 100
    assert zone.rows("sg_event_id, line_number", "cast(substr(sg_event_id, 2) as int)") == [
        ("e1", 5001),
        *((f"e{number}", number - 1) for number in range(2, 252)),
        ("e252", 1),
        ("e253", 101),
        *((f"e{number}", number - 252) for number in range(254, 454)),
    ]
    assert zone.books() == [(1, 1, 0, 0), (250, 250, 0, 0), (2, 2, 0, 0), (200, 200, 0, 0)]


#: Lands a zone, and says how much memory that took at most.
_MEASURED = """
import re, sys
from pathlib import Path
from ingestion.config import Config
from ingestion.landing.run import land
root = Path(sys.argv[1])
land(root / "home", root / "landing", Config())
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell the peak")
@pytest.mark.parametrize(
    ("feed", "before", "after"),
    [
        ("sendgrid", event(1) + '\n{"a": "', '"}\n' + event(2)),
        ("interactions", native(1) + "i2,email_sent,", "\ni3,email_sent,2026-03-01T00:00:00Z\n"),
    ],
)
def test_a_line_of_half_a_gigabyte_is_not_held(zone: Zone, feed: str, before: str, after: str) -> None:
    path = zone.put(before, feed=feed)
    with path.open("ab") as opened:
        for _ in range(512):
            opened.write(b"x" * MIB)
        opened.write(after.encode())
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(zone.root)], capture_output=True, text=True, check=True
    )
    path.unlink()
    assert int(done.stdout) < 800 * 1024
    assert zone.books() == [(3, 2, 0, 1)]
    assert zone.quarantine("reason_code, length(raw_text)") == [("too_large", 65_536)]


def test_a_table_of_ten_thousand_columns(zone: Zone) -> None:
    names = ",".join(f"c{number}" for number in range(10_000))
    zone.put(
        f"{NATIVE_HEADER},{names}\ni1,email_sent,2026-03-01T00:00:00Z{',' * 10_000}\n",
        "a.csv",
        feed="interactions",
    )
    (warning,) = zone.land().warnings
    assert "and 9980 more" in warning and len(warning) < 1000
    assert zone.books() == [(1, 1, 0, 0)]


#: Looks for the next object of a line behind a run of blanks.
_SEARCH = """
from ingestion.files.broken_json.reader import _NEXT_OBJECT
assert _NEXT_OBJECT.search("}" + " " * 10**6 + "x") is None
assert _NEXT_OBJECT.search("}" + " " * 10**6 + ", {").end() == 10**6 + 3
"""


def test_a_run_of_blanks_is_stepped_over_once() -> None:
    """Trying it again in other portions would take hours."""
    subprocess.run([sys.executable, "-c", _SEARCH], check=True, timeout=120)
