"""Whole builds over mutated records: none may stop a build or change the figures of the sound ones."""

from __future__ import annotations

import random
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from ingestion.config import Config
from ingestion.landing.run import land
from ingestion.ledger import FILE_NAME
from reliability.builds import process
from reliability.experiments.fuzz.containers import FuzzedFile, deliver
from reliability.experiments.fuzz.file_maker import FileMaker
from reliability.experiments.fuzz.samples import WORLD_STARTS, Samples
from reliability.homes.comparison import ABOUT_THE_BUILD, ABOUT_THE_FILES, differing_cells, in_words
from reliability.outcome import Outcome, Say
from simulator import simulate

_DATABASE = Path("published", "insights.duckdb")


def run(samples: Samples, size: int, seed: int, folder: Path, say: Say) -> list[Outcome]:
    """Build a world of sound records, the same with unreadable records inserted, and with `size` mutated
    records beside it."""
    world = folder / "sound"
    simulate(world, contacts=60, days=2, seed=seed, start=WORLD_STARTS)
    files = list(FileMaker(samples, seed, "b").files(size))
    return [_with_unreadable(world, files, seed, folder, say), _with_anything(world, files, folder, say)]


def _with_unreadable(world: Path, files: Sequence[FuzzedFile], seed: int, folder: Path, say: Say) -> Outcome:
    outcome = Outcome("whole builds", "unreadable records between the sound ones", 0, "records")
    started = time.monotonic()
    mutated = folder / "spoiled"
    shutil.copytree(world, mutated)
    outcome.tried = _insert_lines(_unreadable(files, folder), mutated, random.Random(seed))
    homes = {name: folder / f"home-{name}" for name in ("sound", "spoiled")}
    are_built = [_build(outcome, folder / name, home, say) for name, home in homes.items()]
    if all(are_built):
        with duckdb.connect(str(homes["spoiled"] / FILE_NAME), read_only=True) as ledger:
            found = ledger.execute("select count(*) from quarantined_records").fetchall()[0][0]
        if found != outcome.tried:
            outcome.add_loss(f"{found} of {outcome.tried} unreadable records are in quarantine")
        _compare(outcome, homes["sound"], homes["spoiled"], leave_out=ABOUT_THE_BUILD | ABOUT_THE_FILES)
    outcome.seconds = time.monotonic() - started
    return outcome


def _with_anything(world: Path, files: Sequence[FuzzedFile], folder: Path, say: Say) -> Outcome:
    """Adding all files to the home of the sound world must give the same marts as building them at once."""
    outcome = Outcome("whole builds", "spoiled records of every kind", 0, "records")
    started = time.monotonic()
    outcome.tried = sum(len(file.pieces) for file in files)
    home, at_once = folder / "home-sound", folder / "home-at-once"
    deliver(files, world)
    are_built = [_build(outcome, world, home, say), _build(outcome, world, at_once, say)]
    if all(are_built):
        _compare(outcome, at_once, home, leave_out=ABOUT_THE_BUILD)
    outcome.seconds = time.monotonic() - started
    return outcome


def _build(outcome: Outcome, landing: Path, home: Path, say: Say) -> bool:
    log = home.parent / f"{home.name}.log"
    started = time.monotonic()
    code = process.run(process.build(landing, home), log)
    say(f"fuzz: built {landing.name} into {home.name} in {time.monotonic() - started:.0f} s")
    if code != 0:
        outcome.add_loss(f"the build of {landing.name} ended with {code}: {log.read_text()[-2000:]}")
    return code == 0


def _compare(outcome: Outcome, expected: Path, actual: Path, *, leave_out: frozenset[str]) -> None:
    cells = differing_cells(expected / _DATABASE, actual / _DATABASE, leave_out=leave_out)
    if cells:
        outcome.add_wrong_cells(
            sum(cells.values()), f"{expected.name} and {actual.name} differ: {in_words(cells)}"
        )


def _unreadable(files: Sequence[FuzzedFile], folder: Path) -> dict[str, list[bytes]]:
    """Return the text of lines that are quarantined, by feed."""
    landing, home = folder / "tried", folder / "home-tried"
    deliver([file for file in files if file.places is not None], landing)
    land(home, landing, Config())
    with duckdb.connect(str(home / FILE_NAME), read_only=True) as ledger:
        places = set(
            ledger.execute(
                "select feed, file, byte_offset from quarantined_records where coalesce(item_index, 0) = 0"
            ).fetchall()
        )
    found: dict[str, list[bytes]] = defaultdict(list)
    for file in files:
        for place, piece in zip(file.places or (), file.pieces, strict=bool(file.places)):
            if piece.records == 1 and (file.feed, file.name, place) in places:
                found[file.feed].append(piece.text)
    return found


def _insert_lines(unreadable: dict[str, list[bytes]], landing: Path, rng: random.Random) -> int:
    """Insert the lines into files of the landing zone at random places; return how many were inserted."""
    inserted = 0
    for path in _files_of_lines(landing, unreadable):
        feed = path.relative_to(landing).parts[0]
        lines = path.read_bytes().splitlines(keepends=True)
        for text in unreadable[feed]:
            # After a complete line, so that the inserted text is a line of its own.
            lines.insert(rng.randint(1, len(lines)), text + b"\n")
            inserted += 1
        path.write_bytes(b"".join(lines))
    return inserted


def _files_of_lines(landing: Path, feeds: dict[str, list[bytes]]) -> Iterator[Path]:
    """Yield one uncompressed file of lines per feed."""
    for feed in sorted(feeds):
        yield from (
            sorted((landing / feed).glob("*/*.ndjson"))[:1] or sorted((landing / feed).glob("*/*.log"))[:1]
        )
