"""What counts as a loss after an interrupted build, on homes with planted faults.

Builds that are really killed: `tests/orchestration/test_killed_build.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion.ledger import Ledger
from orchestration.home import Home
from reliability.builds import instants, process
from reliability.builds.instants import Trigger
from reliability.builds.interruption import Interruption
from reliability.homes import leftovers
from reliability.homes.interrupted_home import InterruptedHome, Tally
from tests.reliability.homes.test_reader import TABLES, link, make_build

KPIS = TABLES["mart_email_kpis"]
LOST = {"mart_email_kpis": KPIS.replace("1 as clicked", "0 as clicked")}
LOST["mart_email_kpis_daily"] = "select 2 as sent, 0 as clicked_total"


@dataclass
class FakeBuild:
    """A build that ended with a code."""

    code: int
    has_descendants: bool = False
    output: str = ""

    def wait(self, seconds: float | None = None) -> int:
        return self.code


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home at rest, with one published build."""
    home = Home(tmp_path / "home")
    folder = make_build(home.root, "b1")
    link(home.root, folder)
    with Ledger(home.root) as ledger:
        row = ["b1", "rules", datetime.now(UTC), "published"]
        ledger.connection.execute(
            "insert into builds (build_id, fingerprint, started_at, state) values (?, ?, ?, ?)", row
        )
    return home


def test_a_home_at_rest_has_no_problem(home: Home) -> None:
    assert leftovers.problems(home.root) == []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda home: home.partial_folder("b2").mkdir(), "was left behind"),
        (lambda home: [home.build_folder(name).mkdir() for name in ("b2", "b3")], "3 published builds"),
        (lambda home: (home.root / ".published.new").symlink_to("builds"), "was left behind"),
        (lambda home: lose_a_part(home), "stands in no book"),
        (lambda home: change(home, "insert into parts (path) values ('raw/ses/a.parquet')"), "is gone"),
        (lambda home: change(home, "update builds set state = 'building'"), "last build is building"),
        (lambda home: change(home, "insert into files (file_id, is_new) values (1, true)"), "1 files wait"),
    ],
)
def test_what_a_kill_must_not_leave_is_found(home: Home, spoil: Callable[[Home], object], words: str) -> None:
    spoil(home)
    assert [complaint for complaint in leftovers.problems(home.root) if words in complaint]


def lose_a_part(home: Home) -> None:
    (home.root / "raw" / "ses").mkdir(parents=True)
    (home.root / "raw" / "ses" / "a.parquet").touch()


def change(home: Home, sql: str) -> None:
    with Ledger(home.root) as ledger:
        ledger.connection.execute(sql)


def publish(home: Home, build: str, **other: str) -> None:
    link(home.root, make_build(home.root, build, **other))


@pytest.mark.parametrize(
    ("code", "meanwhile", "losses", "cells"),
    [
        (instants.KILLED, lambda home: None, 0, 0),
        (instants.KILLED, lambda home: publish(home, "b2"), 0, 0),
        (instants.KILLED, lambda home: publish(home, "b2", **LOST), 0, 7),
        (instants.KILLED, lambda home: home.published.unlink(), 1, 0),
        (instants.KILLED, lambda home: shutil.rmtree(home.builds), 1, 0),
        (
            instants.KILLED,
            lambda home: publish(home, "b2", mart_email_kpis_daily="select 1 as sent, 1 as clicked_total"),
            1,
            0,
        ),
        (3, lambda home: None, 1, 0),
    ],
)
def test_a_kill_is_counted_with_what_it_did(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    meanwhile: Callable[[Home], object],
    losses: int,
    cells: int,
) -> None:
    expected = [make_build(home.root.parent / "clean", "c") / "insights.duckdb"]
    tally = Tally()
    interrupted = InterruptedHome(home.root, "planted", tally, print)
    monkeypatch.setattr(process, "start", lambda *_, **__: FakeBuild(instants.KILLED))
    interrupted.interrupt([], Interruption(Trigger("the link is swapped")), expected)
    assert all(outcome.is_clean for outcome in tally.outcomes)

    def start(*_: object, **__: object) -> FakeBuild:
        meanwhile(home)
        return FakeBuild(code)

    monkeypatch.setattr(process, "start", start)
    interrupted.interrupt([], Interruption(Trigger("the link is swapped")), expected)
    (outcome,) = tally.outcomes
    assert (outcome.tried, outcome.losses, outcome.wrong_cells) == (2, losses, cells)
    assert outcome.is_clean == (losses + cells == 0)


def test_a_kill_that_was_not_reached_is_not_counted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    tally = Tally()
    monkeypatch.setattr(process, "start", lambda *_, **__: FakeBuild(0))
    clean = make_build(home.root.parent / "clean", "c") / "insights.duckdb"
    assert not InterruptedHome(home.root, "missed", tally, print).interrupt(
        [], Interruption(Trigger("reading")), [clean]
    )
    assert tally.outcomes == []


def test_a_build_that_leaves_a_process_behind_is_found(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    tally = Tally()
    monkeypatch.setattr(process, "start", lambda *_, **__: FakeBuild(instants.KILLED, has_descendants=True))
    clean = make_build(home.root.parent / "clean", "c") / "insights.duckdb"
    InterruptedHome(home.root, "orphans", tally, print).interrupt(
        [], Interruption(Trigger("reading")), [clean]
    )
    assert tally.outcomes[0].losses == 1


def test_a_completing_build_must_succeed_and_leave_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    tally = Tally()
    clean = make_build(home.root.parent / "clean", "c") / "insights.duckdb"
    interrupted = InterruptedHome(home.root, "let through", tally, print)
    monkeypatch.setattr(process, "start", lambda *_, **__: FakeBuild(instants.KILLED))
    interrupted.interrupt([], Interruption(Trigger("publishing")), [clean])
    monkeypatch.setattr(process, "start", lambda *_, **__: FakeBuild(0))
    interrupted.complete([], clean)
    assert tally.outcomes[0].is_clean
    home.partial_folder("b2").mkdir()
    interrupted.complete([], clean)
    assert tally.outcomes[0].losses == 1
    monkeypatch.setattr(process, "start", lambda *_, **__: FakeBuild(4))
    interrupted.complete([], clean)
    assert tally.outcomes[0].losses == 2
