"""Mutated records neither crash landing nor hide sound ones, and planted losses are found."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from ingestion.config import Config
from ingestion.files.statement import JsonStatement
from ingestion.landing.run import land
from ingestion.ledger import FILE_NAME
from reliability.experiments import fuzz
from reliability.experiments.fuzz.containers import FuzzedFile, Piece, deliver
from reliability.experiments.fuzz.file_maker import FileMaker
from reliability.experiments.fuzz.landing_check import LandingCheck
from reliability.experiments.fuzz.samples import Samples, sound

SEED = 20260101


def test_every_record_is_accounted_for(tmp_path: Path) -> None:
    outcomes = fuzz.run(1500, SEED, tmp_path, print)
    assert [finding for outcome in outcomes for finding in outcome.findings] == []
    assert all(outcome.is_clean and outcome.tried for outcome in outcomes)
    assert sum(outcome.tried for outcome in outcomes if outcome.unit == "records") >= 1500


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return sound(tmp_path_factory.mktemp("world"), SEED)


@pytest.fixture(scope="module")
def landed(samples: Samples, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[FuzzedFile]]:
    """A few files of a JSON feed, landed."""
    folder = tmp_path_factory.mktemp("landed")
    of_feed = (file for file in FileMaker(samples, SEED, "p").files(5000) if file.feed == "sendgrid")
    files = [file for file in itertools.islice(of_feed, 12) if file.places is not None]
    deliver(files, folder / "landing")
    land(folder / "home", folder / "landing", Config())
    return folder / "home", files


def findings(home: Path, files: list[FuzzedFile]) -> list[str]:
    check, found = LandingCheck(home), list[str]()
    for file in files:
        check.check(file, lambda _, words: found.append(words))
    return found


IN_THE_BOOKS = {
    "books that do not balance": ("do not balance", "update files set ignored = ignored + 1"),
    "a record that left the quarantine": (
        "in quarantine",
        "delete from quarantined_records where rowid = (select min(rowid) from quarantined_records)",
    ),
    "a record too many": ("landed", "update files set records_readable = records_readable + 1"),
    "a reason nobody knows": ("poorly described", "update quarantined_records set reason_code = 'bad'"),
    "no message": ("poorly described", "update quarantined_records set message = ''"),
    "no place": ("without a byte offset", "update quarantined_records set byte_offset = null"),
    "another line": ("is not that of byte", "update quarantined_records set line = line + 1"),
    "another text": ("other text", "update quarantined_records set raw_text = 'x' || raw_text"),
    "a file nobody read": ("not in the books", "delete from files where records_read > 0"),
    "a refused file": ("refused as a whole", "update files set file_quarantined = true"),
}


@pytest.mark.parametrize(("words", "sql"), IN_THE_BOOKS.values(), ids=IN_THE_BOOKS)
def test_a_wrong_record_count_is_found(
    landed: tuple[Path, list[FuzzedFile]], tmp_path: Path, words: str, sql: str
) -> None:
    home, files = landed
    assert findings(home, files) == []
    shutil.copytree(home, tmp_path / "home")
    with duckdb.connect(str(tmp_path / "home" / FILE_NAME)) as ledger:
        ledger.execute(sql)
    found = findings(tmp_path / "home", files)
    assert any(words in finding for finding in found), found


LOST = {
    "landed 0 times": lambda piece: replace(piece, marker="never delivered"),
    "records read of": lambda piece: replace(piece, records=2),
}


@pytest.mark.parametrize(("words", "change"), LOST.items(), ids=LOST)
def test_a_missing_record_is_found(
    landed: tuple[Path, list[FuzzedFile]], words: str, change: Callable[[Piece], Piece]
) -> None:
    home, files = landed
    first = replace(files[0], pieces=[change(files[0].pieces[0]), *files[0].pieces[1:]])
    assert any(words in finding for finding in findings(home, [first]))


def test_a_record_landed_twice_is_found(samples: Samples, tmp_path: Path) -> None:
    (file,) = itertools.islice((f for f in FileMaker(samples, SEED, "q").files(5000) if f.feed == "brevo"), 1)
    twice = replace(file, stored=file.plain + b"\n" + file.plain, name="twice")
    deliver([twice], tmp_path / "landing")
    land(tmp_path / "home", tmp_path / "landing", Config())
    assert any("landed 2 times" in finding for finding in findings(tmp_path / "home", [twice]))


def test_the_same_seed_gives_the_same_files(samples: Samples) -> None:
    def some(seed: int) -> list[bytes]:
        return [file.stored for file in itertools.islice(FileMaker(samples, seed, "s").files(500), 10)]

    assert some(SEED) == some(SEED) != some(SEED + 1)


def test_a_landing_that_fails_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(JsonStatement, "judge", fail)
    outcomes = fuzz.run(100, SEED, tmp_path, print)
    assert any("planted" in finding for outcome in outcomes for finding in outcome.findings)
