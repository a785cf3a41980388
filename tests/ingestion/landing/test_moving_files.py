"""Files that grow, go away or turn into something else between being found and being read."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ingestion.files.json_files import JsonFiles
from ingestion.files.line_files import LineFiles
from ingestion.files.tables import broken_lines, files
from ingestion.files.tables.files import TableFiles
from ingestion.landing import run
from tests.ingestion.zone import DAY, Zone, event, native

LOGGED = '1.2.3.4 - - [01/Mar/2026:00:00:01 +0000] "GET /{} HTTP/1.1" 200 1 "-" "-"\n'
ARRAY = f"[{', '.join(event(number) for number in range(20))}]\n"
BLOB = "InternalMarketingInteractionId,Timestamp\nk1,2026-03-01T00:00:00Z\n"


def before(owner: Any, name: str, act: Callable[[], object], patched: pytest.MonkeyPatch) -> None:
    """Do something once, just before a step of landing."""
    step, waiting = getattr(owner, name), [act]

    def with_act(*arguments: Any, **options: Any) -> Any:
        while waiting:
            waiting.pop()()
        return step(*arguments, **options)

    patched.setattr(owner, name, with_act)


def add(path: Path, text: str) -> None:
    with path.open("a") as opened:
        opened.write(text)


def make_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("change", [Path.unlink, make_a_pipe])
@pytest.mark.parametrize(
    ("feed", "owner", "step", "content"),
    [
        ("sendgrid", JsonFiles, "_stream", ARRAY),
        ("access_log", LineFiles, "_read_on", LOGGED.format("a" * 2000)),
        ("interactions", files, "_plain", native(1)),
    ],
)
def test_a_file_that_goes_away_while_it_is_read_stops_nothing(
    zone: Zone,
    monkeypatch: pytest.MonkeyPatch,
    feed: str,
    owner: Any,
    step: str,
    content: str,
    change: Callable[[Path], None],
) -> None:
    name = "a.csv" if feed == "interactions" else "a.log"
    path = zone.put(content, name, feed=feed)
    zone.put(event(9), "b.log")
    with monkeypatch.context() as patched:
        before(owner, step, lambda: change(path), patched)
        zone.land(block_bytes=1024)
    told = zone.ledger(f"select reason_code, message, checksum from files where file = '{name}'")
    assert [(reason, "No such file" in message, checksum) for reason, message, checksum in told] == [
        ("wrong_shape", True, None)
    ]
    path.unlink(missing_ok=True)
    zone.put(content, name, feed=feed)
    zone.land(block_bytes=1024)
    records = zone.ledger(f"select records_read > 0, quarantined from files where file = '{name}'")
    assert records == [(True, 0)]
    assert len(zone.ledger("select 1 from files where file = 'b.log' and records_readable = 1")) == 1


@pytest.mark.parametrize(
    ("feed", "owner", "step", "content", "more"),
    [
        ("interactions", TableFiles, "_write", native(1), "i2,email_sent,2026-03-01T00:00:00Z\n"),
        ("sendgrid", JsonFiles, "_land_found", ARRAY, event(4)),
        ("access_log", LineFiles, "_land_batch", LOGGED.format("a" * 2000), LOGGED.format("b")),
    ],
)
def test_what_a_file_gains_while_it_is_read_is_not_taken_for_read(
    zone: Zone, monkeypatch: pytest.MonkeyPatch, feed: str, owner: Any, step: str, content: str, more: str
) -> None:
    path = zone.put(content, "a.csv", feed=feed)
    with monkeypatch.context() as patched:
        before(owner, step, lambda: add(path, more), patched)
        zone.land(block_bytes=1024)
    (warning,) = zone.land(block_bytes=1024).warnings
    assert "changed after it was read" in warning


def test_a_blob_that_grew_before_it_was_read_is_read_on(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    zone.put("{}", "model.json", feed="dynamics365")
    blob = zone.put(BLOB, "csv/EmailSent/b", feed="dynamics365")
    before(files, "_plain", lambda: add(blob, "k2,2026-03-01T00:00:00Z\n"), monkeypatch)
    zone.land()
    add(blob, "k3,2026-03-01T00:00:00Z\n")
    assert not [warning for warning in zone.land().warnings if "changed" in warning]
    assert zone.rows("interaction_id", "interaction_id") == [("k1",), ("k2",), ("k3",)]


def test_a_blob_that_is_closed_after_it_was_read_is_called_changed(
    zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = zone.put(BLOB, "csv/EmailSent/b", feed="dynamics365")
    zone.land()
    add(blob, "k2,2026-03-01T00:00:00Z\n")
    opened = Path.open

    def refuse(path: Path, *arguments: Any, **options: Any) -> Any:
        if path == blob:
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    assert any("changed after it was read" in warning for warning in zone.land().warnings)


def test_a_full_disk_is_not_the_fault_of_the_file(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    zone.put(native(1) + "i2,too short\n", "a.csv", feed="interactions")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(broken_lines, "sort_csv", fail)
        with pytest.raises(OSError, match="No space left"):
            zone.land()
    assert zone.ledger("select * from files") == []
    zone.land()
    assert zone.books() == [(2, 1, 0, 1)]


def test_two_names_that_are_spelled_alike_are_not_one_file(zone: Zone) -> None:
    written = zone.put(event(1), "n\\xff.log")
    Path(os.fsdecode(os.fsencode(written.parent) + b"/n\xff.log")).write_text(event(2))
    (warning,) = zone.land().warnings
    assert "called like another file" in warning
    assert zone.books() == [(1, 1, 0, 0)]


def test_a_day_has_one_name(zone: Zone) -> None:
    zone.put(event(1))
    zone.put(event(2), day="2026-W09-7")
    (warning,) = zone.land().warnings
    assert "2026-W09-7: not read" in warning
    assert zone.ledger("select arrival_date::varchar, records_read from files") == [(DAY, 1)]


def test_nobody_waits_for_a_pipe_that_was_a_file(zone: Zone) -> None:
    path = zone.put(event(1), "a.log")
    make_a_pipe(path)
    found: Any = SimpleNamespace(path=path)
    told: list[bool] = []
    asking = threading.Thread(target=lambda: told.append(run._can_be_opened(found)), daemon=True)
    asking.start()
    asking.join(20)
    assert told == [False]
