"""Malformed and hostile input: mutated records beside sound ones, landed by the real code."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from ingestion.config import Config
from ingestion.landing.run import land
from reliability.experiments.fuzz import builds
from reliability.experiments.fuzz.containers import FuzzedFile, deliver
from reliability.experiments.fuzz.file_maker import LOGGED, SOUND, FileMaker
from reliability.experiments.fuzz.landing_check import LandingCheck
from reliability.experiments.fuzz.mutations import BODY_MUTATIONS, TEXT_MUTATIONS
from reliability.experiments.fuzz.samples import sound
from reliability.experiments.fuzz.tables import DISORDER, HOSTILE_CELLS
from reliability.outcome import Outcome, Say

_FILES = "the files they stand in"
#: Records that are landed, checked and deleted together.
_SLICE = 10_000
#: From this many records on, whole builds over some of them are tried too: those take minutes.
_WITH_BUILDS = 20_000
_BUILT = 4_000


def run(size: int, seed: int, folder: Path, say: Say) -> list[Outcome]:
    """Land `size` records, about half of them mutated, and check every one."""
    samples = sound(folder / "world", seed)
    outcomes = {
        kind: Outcome("fuzzed records", kind, 0, "files" if kind is _FILES else "records")
        for kind in (*BODY_MUTATIONS, *TEXT_MUTATIONS, LOGGED, HOSTILE_CELLS, DISORDER, SOUND, _FILES)
    }
    started = time.monotonic()
    for number, first in enumerate(range(0, size, _SLICE)):
        prefix = f"s{number:03d}"
        files = list(FileMaker(samples, seed, prefix).files(min(_SLICE, size - first)))
        _land(files, folder / prefix, outcomes)
        shutil.rmtree(folder / prefix)
        done = sum(outcome.tried for kind, outcome in outcomes.items() if kind is not _FILES)
        say(f"fuzz: {done} records in {time.monotonic() - started:.0f} s")
    outcomes[_FILES].seconds = time.monotonic() - started
    if size < _WITH_BUILDS:
        return list(outcomes.values())
    return [*outcomes.values(), *builds.run(samples, _BUILT, seed, folder, say)]


def _land(files: list[FuzzedFile], folder: Path, outcomes: dict[str, Outcome]) -> None:
    landing, home = folder / "landing", folder / "home"
    deliver(files, landing)
    for file in files:
        outcomes[_FILES].tried += 1
        for piece in file.pieces:
            if piece.records != 0:
                outcomes[piece.kind].tried += 1
    for feed in sorted({file.feed for file in files}):
        try:
            land(home, landing, Config(), feeds=[feed])
        except Exception as error:
            outcomes[_FILES].add_loss(f"{feed} in {folder.name}: the landing failed: {error!r}")
    check = LandingCheck(home)
    for file in files:
        check.check(file, lambda kind, words: outcomes[kind or _FILES].add_loss(words))
