"""Names, places, links and indexes made to do harm: none stops a landing or misleads it."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.files import compression
from tests.ingestion.zone import DAY, Zone, event, native

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


def test_a_name_is_only_a_name(zone: Zone) -> None:
    for number, name in enumerate(NAMES):
        zone.put(native(number), name, feed="interactions")
        zone.put(event(1), name)
    zone.land()
    assert sorted(zone.ledger("select file, records_readable from files")) == sorted(
        [(name, 1) for name in NAMES] * 2
    )
    assert not [path for path in zone.root.rglob("*") if path.suffix == ".csv" and zone.home in path.parents]


def test_a_name_is_no_pattern(zone: Zone) -> None:
    """Else the rows of other files would count again, or nobody's would."""
    names = ("a*.parquet", "a?.parquet", "[a]b.parquet", "**.parquet", "ab.parquet")
    for number, name in enumerate(names):
        path = zone.put(b"", name, feed="interactions")
        row = {
            "interaction_id": f"i{number}",
            "interaction_type": "email_sent",
            "occurred_at": f"{DAY}T00:00:00Z",
            **({"path": name} if number % 2 else {}),  # files with other columns are read by themselves
        }
        pq.write_table(pa.Table.from_pylist([row]), path)
    zone.land()
    assert zone.rows("interaction_id", "interaction_id") == [(f"i{number}",) for number in range(len(names))]
    assert zone.books() == [(1, 1, 0, 0)] * len(names)


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
    started = compression.FileStream.__init__

    def grow(stream: compression.FileStream, path: Path) -> None:
        growing.write_text(event(1) + "\n" + event(2))
        started(stream, path)

    with monkeypatch.context() as patched:
        patched.setattr(compression.FileStream, "__init__", grow)
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
    assert zone.land().new_files == 0
    assert "is missing" in zone.ledger("select message from files where file = 'model.json'")[0][0]
    assert zone.rows("interaction_id", "interaction_id") == [("k1",)]
