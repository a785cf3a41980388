"""Input made to do harm: names, places, links, sizes and configuration. None stops a landing or misleads it."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from ingestion import blocks, containers, table_shapes
from ingestion.adapters import ADAPTERS
from ingestion.config import Config, Feed, load_config
from ingestion.errors import ConfigError
from tests.ingestion.zone import DAY, Zone, event

MIB = 2**20
HEADER = "interaction_id,interaction_type,occurred_at"


def native(number: int) -> str:
    return f"{HEADER}\ni{number},email_sent,2026-03-01T00:00:00Z\n"


# ---- names ----------------------------------------------------------------------------------------------

NAMES = [
    "it's;drop table files;--.csv",
    'a"b.csv',
    "new\nline.csv",
    "\x1b[31mred\x07.csv",
    "x..%2f..%2fx.csv",
    "%2e%2e%5cx.csv",
    "{a,b}.csv",
    "\u202egnp.csv",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_only_a_name(zone: Zone, name: str) -> None:
    zone.put(native(1), name, feed="interactions")
    zone.put(event(1), name)
    zone.land()
    assert zone.ledger("select file, records_readable from files") == [(name, 1)] * 2
    assert not [path for path in zone.root.rglob("*") if path.suffix == ".csv" and zone.home in path.parents]


@pytest.mark.parametrize("name", ["a*.parquet", "a?.parquet", "[a]b.parquet", "**.parquet"])
def test_a_name_is_no_pattern(zone: Zone, name: str) -> None:
    """Else the rows of other files would count again, or nobody's would."""
    for number, file in enumerate((name, "ab.parquet"), start=1):
        path = zone.put(b"", file, feed="interactions")
        row = {
            "interaction_id": f"i{number}",
            "interaction_type": "email_sent",
            "occurred_at": f"{DAY}T00:00:00Z",
        }
        pq.write_table(pa.Table.from_pylist([row]), path)
    zone.land()
    assert zone.rows("interaction_id", "interaction_id") == [("i1",), ("i2",)]
    assert zone.books() == [(1, 1, 0, 0)] * 2


def test_folders_are_no_patterns(tmp_path: Path) -> None:
    for name in ("[z]one", "z"):
        zone = Zone(tmp_path / name)
        zone.put(native(len(name)), "a.csv", feed="interactions")
        zone.land()
    with_brackets = Zone(tmp_path / "[z]one")
    assert with_brackets.ledger("select count(*) from parts") == [(1,)]
    assert with_brackets.books() == [(1, 1, 0, 0)]


def test_a_name_that_is_no_text_is_spelled_out(zone: Zone) -> None:
    for feed, content in (("sendgrid", event(1)), ("interactions", native(1))):
        folder = zone.put(content, "whole", feed=feed).parent
        with open(os.fsencode(folder) + b"/caf\xe9", "w") as opened:
            opened.write(content)
    zone.land()
    assert zone.ledger("select distinct file, records_readable from files order by 1") == [
        ("caf\\xe9", 1),
        ("whole", 1),
    ]


# ---- places ---------------------------------------------------------------------------------------------


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe")


def bound_socket(folder: Path) -> None:
    here = Path.cwd()
    os.chdir(folder)  # the name of a socket may have 100 characters
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind("socket")
    os.chdir(here)


def loop(folder: Path) -> None:
    (folder / "loop").symlink_to("loop")


def loop_of_days(folder: Path) -> None:
    (folder.parent / "2026-03-02").symlink_to("2026-03-02")


def loop_of_feeds(folder: Path) -> None:
    (folder.parents[1] / "ses").symlink_to("ses")


@pytest.mark.parametrize("make", [pipe, bound_socket, loop, loop_of_days, loop_of_feeds])
def test_what_is_no_file_is_not_waited_for(zone: Zone, make: Callable[[Path], None]) -> None:
    make(zone.put(event(1)).parent)
    (warning,) = zone.land().warnings
    assert "not read" in warning
    assert zone.books() == [(1, 1, 0, 0)]


def test_folders_in_folders_without_end(zone: Zone) -> None:
    depth, deepest = 1200, zone.put(event(1)).parent
    here = Path.cwd()
    os.chdir(deepest)
    for _ in range(depth):
        os.mkdir("d")
        os.chdir("d")
    Path("deep.ndjson").write_text(event(2))
    os.chdir(here)
    zone.land()
    assert sorted(zone.books()) == [(1, 1, 0, 0)] * 2
    subprocess.run(["rm", "-rf", str(deepest / "d")], check=True)  # deeper than Python can clear away


def test_a_folder_that_cannot_be_opened_is_named(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    zone.put(event(1))
    closed = zone.put(event(2), "closed/a.ndjson").parent
    scan = os.scandir

    def refuse(folder: str) -> object:
        if Path(folder) == closed:
            raise PermissionError(13, "Permission denied")
        return scan(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    (warning,) = zone.land().warnings
    assert "closed: the folder cannot be opened (Permission denied)" in warning
    monkeypatch.undo()
    assert zone.land().new_files == 1


def test_a_file_that_could_not_be_opened_is_read_when_it_can_be(
    zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = zone.put(event(1))
    opened = Path.open

    def refuse(path: Path, *arguments: object, **options: object) -> object:
        if path == closed:
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        zone.land()
        assert "Permission denied" in zone.ledger("select message from files")[0][0]
        assert zone.land().new_files == 0
    assert zone.land().new_files == 1
    assert zone.books() == [(1, 1, 0, 0)]
    assert zone.ledger("select file_quarantined, message from files") == [(False, None)]


def test_a_file_that_goes_away_before_it_is_looked_at_was_never_there(
    zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = zone.put(event(1))
    zone.put(event(2), "b.ndjson")
    look = Path.stat

    def vanish(path: Path, **options: bool) -> os.stat_result:
        if path == gone:
            path.unlink(missing_ok=True)
        return look(path, **options)

    monkeypatch.setattr(Path, "stat", vanish)
    assert zone.land().warnings == []
    assert zone.books() == [(1, 1, 0, 0)]


def test_a_file_that_grew_while_it_was_found_is_not_called_changed(
    zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing = zone.put(event(1) + "\n")
    started = containers.FileStream.__init__

    def grow(stream: containers.FileStream, path: Path) -> None:
        growing.write_text(event(1) + "\n" + event(2))
        started(stream, path)

    with monkeypatch.context() as patched:
        patched.setattr(containers.FileStream, "__init__", grow)
        zone.land()
    assert zone.books() == [(2, 2, 0, 0)]
    assert zone.land().warnings == []
    assert zone.ledger("select size_bytes, state from files") == [(growing.stat().st_size, "read")]


# ---- indexes --------------------------------------------------------------------------------------------

BLOB = "InternalMarketingInteractionId,Timestamp\nk1,2026-03-01T00:00:00Z\n"


@pytest.mark.parametrize(
    ("index", "reason"),
    [
        ('{"entities": [1, null, "x", {"partitions": 5}, {"partitions": [3, null, {"location": 7}]}]}', None),
        ('{"entities": [{"partitions": [{"location": "../../../etc/passwd"}, {"name": "%2e%2e/x"}]}]}', None),
        ("[" * 100_000, "not_json"),
        ('{"entities": {}}', "wrong_shape"),
        ('"text"', "wrong_shape"),
    ],
)
def test_an_index_can_only_list(zone: Zone, index: str, reason: str | None) -> None:
    zone.put(index, "model.json", feed="dynamics365")
    zone.put(BLOB, "csv/EmailSent/b", feed="dynamics365")
    zone.land()
    assert zone.ledger("select reason_code from files where file = 'model.json'") == [(reason,)]
    assert zone.rows("interaction_id", "interaction_id") == [("k1",)]


@pytest.mark.parametrize(
    "make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["folder", "pipe", "link"]
)
def test_an_index_that_is_no_file_is_missing(zone: Zone, make: Callable[[Path], None]) -> None:
    blob = zone.put(BLOB, "csv/EmailSent/b", feed="dynamics365")
    make(blob.parents[2] / "model.json")
    zone.land()
    assert "is missing" in zone.ledger("select message from files where file = 'model.json'")[0][0]
    assert zone.rows("interaction_id", "interaction_id") == [("k1",)]


# ---- sizes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("feed", ["sendgrid", "interactions"])
def test_what_grows_without_end_when_unpacked_is_refused(
    zone: Zone, feed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "LARGEST_FREE", MIB)
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
    monkeypatch.setattr(table_shapes, "_MANY_ROWS", 50_000)
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
from ingestion.landing import land
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
        f"{HEADER},{names}\ni1,email_sent,2026-03-01T00:00:00Z{',' * 10_000}\n", "a.csv", feed="interactions"
    )
    (warning,) = zone.land().warnings
    assert "and 9980 more" in warning and len(warning) < 1000
    assert zone.books() == [(1, 1, 0, 0)]


# ---- configuration --------------------------------------------------------------------------------------

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in pairwise("abcdefghi")
)


@pytest.mark.parametrize(
    "text",
    [
        "feeds: !!python/object/apply:os.system ['touch /tmp/never']",
        f"{BOMB}feeds: *i",
        f"feeds:\n- name: &x {{}}\n- *x\n{BOMB}",
        "feeds: [{name: a, adapter: " + "x" * 100_000 + "}]",
        "feeds: " + "[" * 5000,
        "feeds: [{name: ../../x, adapter: ses}]",
        "feeds: [{name: 'a/b', adapter: ses}]",
        'feeds: [{name: "a\\0b", adapter: ses}]',
        "feeds: [{name: " + "a" * 5000 + ", adapter: ses}]",
        "feeds: [{name: 2026-99-99, adapter: ses}]",
        "reporting_time_zone: *x",
        "\x00",
    ],
)
def test_configuration_cannot_do_more_than_be_wrong(tmp_path: Path, text: str) -> None:
    path = tmp_path / "touchpoint.yml"
    path.write_text(text)
    with pytest.raises(ConfigError) as raised:
        load_config(path)
    assert len(str(raised.value)) < 2000


def test_a_bomb_is_not_written_into_a_message(tmp_path: Path) -> None:
    path = tmp_path / "touchpoint.yml"
    for where in ("feeds: [{name: *i}]", "reporting_time_zone: *i", "feeds: [*i]"):
        path.write_text(BOMB + where)
        with pytest.raises(ConfigError) as raised:
            load_config(path)
        assert len(str(raised.value)) < 2000


def test_a_feed_cannot_be_read_from_beside_the_landing_zone(zone: Zone, tmp_path: Path) -> None:
    outside = tmp_path / "outside" / DAY
    outside.mkdir(parents=True)
    (outside / "a.ndjson").write_text(event(1))
    (warning,) = zone.land(Config(feeds=(Feed("a", "sendgrid", "../outside"),))).warnings
    assert "leaves the landing zone" in warning
    assert zone.ledger("select count(*) from files") == [(0,)]


@pytest.mark.parametrize("adapter", sorted(ADAPTERS))
def test_names_of_ids_are_only_names(zone: Zone, adapter: str) -> None:
    hostile = "x'\"); drop table files; --/~1\\ ${}"
    zone.put(json.dumps({hostile: "c"}) + "\n" + f'"{hostile}"\n', "contacts.ndjson", feed=adapter)
    config = Config(feeds=(Feed(adapter, adapter, adapter, ids={"contact_id": hostile}, host=hostile),))
    zone.land(config)
    assert zone.ledger("select count(*) from files where not file_quarantined or reason_code is not null")[0][
        0
    ]
