"""`touchpoint replay`: what it says, its exit codes, and that what it publishes is what a clean build would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.adapters import crm
from ingestion.adapters.email.sendgrid import ADAPTER as SENDGRID
from ingestion.adapters.registry import ADAPTERS
from ingestion.config import Config
from ingestion.landing.run import land
from orchestration.build import erasing, intake
from orchestration.cli.arguments import main
from orchestration.home import Home, lock
from reliability.homes.comparison import ABOUT_THE_BUILD, differing_cells
from tests.harness.worlds import quick_builds

SENT = (
    '{{"event": "processed", "timestamp": {time}, "email": "{who}@example.com", "sg_event_id": "s-{who}",'
    ' "sg_message_id": "m-{who}.x", "email_id": "e1"}}'
)
OPENED = SENT.replace("processed", "open").replace("s-{who}", "o-{who}")


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    """A day with one sound file."""
    folder = tmp_path / "landing"
    put(folder, "2026-01-01/a.ndjson", record(SENT, "ann"), record(SENT, "bob"), record(OPENED, "ann"))
    return folder


def record(template: str, who: str) -> str:
    return template.format(who=who, time=1_767_268_800)


def put(landing: Path, name: str, *records: str) -> Path:
    path = landing / "sendgrid" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{one}\n" for one in records))
    return path


def touchpoint(command: str, landing: Path, home: Path, *arguments: str) -> int:
    return main([command, "--landing", str(landing), "--home", str(home), *arguments])


def test_a_replay_says_what_it_did_and_leaves_the_build_to_later_if_asked(
    landing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    land(home, landing, Config())
    put(landing, "2026-01-02/b.ndjson", record(SENT, "cleo"), "{broken")
    land(home, landing, Config())
    assert touchpoint("replay", landing, home, "--no-build") == 0
    assert "1 still in quarantine" in capsys.readouterr().out
    assert main(["status", "--home", str(home)]) == 0
    assert "Replays of the quarantine" in capsys.readouterr().out
    assert touchpoint("replay", landing, home, "--reason", "too_large") == 0
    assert "Nothing is in quarantine" in capsys.readouterr().out
    assert not Home(home).published.exists()


def test_a_replay_needs_a_warehouse_and_waits_for_nobody(
    landing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    assert touchpoint("replay", landing, home) == 2
    land(home, landing, Config())
    assert touchpoint("replay", landing, home, "--feed", "nobody") == 2
    assert touchpoint("replay", tmp_path / "nowhere", home) == 2
    with lock.hold(Home(home).lock):
        assert touchpoint("replay", landing, home) == 4
    capsys.readouterr()


@pytest.fixture
def earlier() -> Iterator[pytest.MonkeyPatch]:
    """An earlier version at work, until it is undone: one that knows neither Bob nor the contact c2."""
    with pytest.MonkeyPatch.context() as patch:
        knows_no_bob = replace(SENDGRID, known_values={"recipient": "r.email <> 'bob@example.com'"})
        patch.setitem(ADAPTERS, "sendgrid", knows_no_bob)
        table = crm.ADAPTER.table
        patch.setattr(
            crm.ADAPTER,
            "table",
            lambda relation, *of: (
                replace(table(relation, *of), known_values={"contact_id": "r.contact_id <> 'c2'"})
                if relation in ("crm_contacts", "crm_segment_members")
                else table(relation, *of)
            ),
        )
        yield patch


@pytest.mark.slow
def test_what_is_replayed_is_published_as_if_it_had_been_sound_from_the_start(
    landing: Path, tmp_path: Path, earlier: pytest.MonkeyPatch
) -> None:
    torn = put(landing, "2026-01-02/torn.gz", record(OPENED, "ann"), record(SENT, "cleo"))
    whole = torn.read_bytes()
    torn.write_bytes(b"\x1f\x8b\x08\x00 torn")
    # A later, sound copy of what the torn file holds: it stands back once the first copy can be read.
    put(landing, "2026-01-03/again.ndjson", record(SENT, "cleo"), record(SENT, "bob"), "{broken")
    members = landing / "crm" / "2026-01-01" / "segment_members.csv"
    members.parent.mkdir(parents=True)
    members.write_text("segment_id,contact_id\ns1,c1\ns1,c2\n")
    members.with_name("contacts.csv").write_text("contact_id,email\nc1,ann@example.com\nc2,bob@example.com\n")
    home, clean = tmp_path / "home", tmp_path / "clean"
    with quick_builds():
        assert touchpoint("build", landing, home) == 0
        earlier.undo()
        torn.write_bytes(whole)
        assert touchpoint("replay", landing, home) == 0
        assert touchpoint("build", landing, clean) == 0
    expected, actual = (Home(one).published / "insights.duckdb" for one in (clean, home))
    assert differing_cells(expected, actual, leave_out=ABOUT_THE_BUILD | {"build_files"}) == {}
    books = (
        "select file, records_read, records_landed, duplicates, quarantined from marts.build_files order by 1"
    )
    assert ask(actual, books) == ask(expected, books)
    assert ask(actual, "select file, replayed from marts.build_files order by 1") == [
        ("a.ndjson", 1),
        ("again.ndjson", 1),
        ("contacts.csv", 1),
        ("segment_members.csv", 1),
        ("torn.gz", 2),
    ]
    assert ask(actual, "select is_full_refresh from marts.build_info") == [(False,)]


def ask(published: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(published), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_an_erasure_that_was_cut_short_is_finished_before_anything_is_read_again(
    landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    land(home, landing, Config())
    done: list[str] = []
    read_again = intake.replay
    monkeypatch.setattr(erasing, "resume", lambda *_: done.append("erased"))
    monkeypatch.setattr(
        intake, "replay", lambda *given, **chosen: (done.append("read"), read_again(*given, **chosen))[1]
    )
    assert touchpoint("replay", landing, home) == 0
    assert done == ["erased", "read"]
