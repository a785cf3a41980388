"""Builds a larger world by DuckDB and by Spark, at once and with a day added: both must publish the same.

Settings of Spark, such as its jars, are those under `spark:` in touchpoint.yml or $TOUCHPOINT_CONFIG.
"""

from __future__ import annotations

import importlib.util
import time
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import yaml

from orchestration.build import intake
from orchestration.settings import Settings
from reliability.builds import process
from reliability.builds.interruption import full_build
from reliability.homes.comparison import compare_engines, in_words
from reliability.outcome import Outcome, Say
from simulator import FAULTS, simulate

_START = date(2026, 1, 1)
_DAYS = 14
#: What is simulated wrong: everything but a record of 16 MiB, which no model reads.
_FAULTS = tuple(fault for fault in FAULTS if fault != "oversize")


def run(size: int, seed: int, folder: Path, say: Say) -> list[Outcome]:
    """Build two weeks of `size` contacts by both engines, the last day apart; do nothing without pyspark."""
    if importlib.util.find_spec("pyspark") is None:
        say("pyspark is not installed, and nothing is built by Spark: pip install 'touchpoint[spark]'")
        return []
    landing = folder / "landing"
    simulate(landing, contacts=size, days=_DAYS, seed=seed, faults=_FAULTS)
    configuration = folder / "touchpoint.yml"
    configuration.write_text(yaml.safe_dump({"spark": _settings()}), encoding="utf-8")
    build = partial(_build, landing, folder, configuration)
    last_but_one = _START + timedelta(days=_DAYS - 2)
    outcomes = []
    for what, arguments in (
        (f"{_DAYS - 1} days at once", ("--to", last_but_one.isoformat())),
        ("the next day added", ()),
    ):
        began = time.monotonic()
        expected, actual = (build(engine, *arguments) for engine in ("duckdb", "spark"))
        found = compare_engines(expected, actual)
        outcome = Outcome(
            "engines",
            f"{size} contacts by Spark, and by DuckDB: {what}",
            tried=found.cells,
            unit=f"cells in {found.tables} tables",
            seconds=time.monotonic() - began,
        )
        say(f"{outcome.injected}: {outcome.tried:,} {outcome.unit}")
        if found.different:
            words = f"{what} (seed {seed}): {in_words(found.different)}"
            outcome.add_wrong_cells(sum(found.different.values()), words)
        outcomes.append(outcome)
    return outcomes


def _settings() -> dict[str, str]:
    return dict(intake.configuration(Settings.from_environment().config).spark)


def _build(landing: Path, folder: Path, configuration: Path, engine: str, *more: str) -> Path:
    """Build by an engine and return the published file; RuntimeError where the build fails."""
    home, log = folder / engine, folder / f"{engine}.log"
    arguments = process.build(landing, home, "--config", str(configuration), "--engine", engine, *more)
    if code := process.run(arguments, log, around=full_build(None, with_tests=False)):
        raise RuntimeError(f"the build by {engine} ended with {code}: {log}")
    return home / "published" / "insights.duckdb"
