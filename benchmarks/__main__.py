"""`make benchmark`: builds of large worlds of every feed, beside two plain ways to read the same files.

python -m benchmarks [--worlds 500000x25000,1000000x50000] [--keep FOLDER]

A world is a number of events and of contacts. For each, it prints: the scan of the files to Parquet and the
one-query floor (`baselines.py`), the first build of thirty days, the build of the next day (a thirtieth of
the events, and a CRM snapshot), and a build with nothing new. Where one world has twice the events, contacts
or both of another, the ratio of their CPU times follows.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks import crm, feeds
from benchmarks.timed import Measurement, run
from benchmarks.world import Size

#: Events x contacts: half a million, one and two million events with 20 events per contact; then twice as
#: many of only one.
_WORLDS = "500000x25000,1000000x50000,2000000x100000,2000000x50000,1000000x100000"
#: The largest ratio of CPU times that twice the size may have.
_LIMIT = 2.2
_BUILD = "first build"


def main() -> None:
    """Measure every world and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--worlds", type=_sizes, default=_sizes(_WORLDS), metavar="EVENTSxCONTACTS,…")
    parser.add_argument("--keep", type=Path, help="work here and keep what was made")
    arguments = parser.parse_args()
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="touchpoint-benchmark-"))
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} before", flush=True)
    print("\n| events | contacts | what | wall s | CPU s | peak MiB |\n|---|---|---|---|---|---|", flush=True)
    cpu = {}
    try:
        for size in arguments.worlds:
            cpu[size] = _measure(folder / f"{size.events}x{size.contacts}", size, keep=arguments.keep)
    finally:
        if not arguments.keep:
            shutil.rmtree(folder)
    _print_ratios(cpu)


def _sizes(text: str) -> list[Size]:
    return [Size(*(int(number) for number in world.split("x"))) for world in text.split(",")]


def _measure(folder: Path, size: Size, *, keep: bool) -> float:
    """Measure one world; return the CPU seconds of its first build."""
    landing, home = folder / "landing", folder / "home"
    if not landing.exists():
        _write(landing, size)
    for left in (home, folder / "scan"):
        shutil.rmtree(left, ignore_errors=True)
    last_day = size.last_day.isoformat()
    for what, output in (("scan", "scan"), ("floor", "floor.parquet")):
        command = [
            sys.executable,
            "-m",
            "benchmarks.baselines",
            what,
            str(landing),
            str(folder / output),
            last_day,
        ]
        name = "plain scan to Parquet" if what == "scan" else "one-query floor"
        _print_row(size, name, run(command))
    build = [
        str(Path(sys.executable).with_name("touchpoint")),
        "build",
        "--landing",
        str(landing),
        "--home",
        str(home),
    ]
    first = run([*build, "--to", last_day], log=str(folder / "first_build.log"))
    _print_row(size, _BUILD, first)
    _print_row(size, "next day", run(build, log=str(folder / "next_day.log")))
    _print_row(size, "nothing new", run(build, log=str(folder / "nothing_new.log")))
    if not keep:
        shutil.rmtree(folder)
    return first.cpu_seconds


def _write(landing: Path, size: Size) -> None:
    began = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        crm.write(connection, landing, size)
        feeds.write(connection, landing, size)
    files = [path for path in landing.rglob("*") if path.is_file()]
    written = sum(path.stat().st_size for path in files)
    print(
        f"wrote {len(files)} files, {written / 1e9:.2f} GB, in {time.perf_counter() - began:.0f} s",
        file=sys.stderr,
    )


def _print_row(size: Size, what: str, found: Measurement) -> None:
    print(
        f"| {size.events:,} | {size.contacts:,} | {what} | {found.seconds:.1f} | {found.cpu_seconds:.1f}"
        f" | {found.peak_mib:,.0f} |",
        flush=True,
    )


def _print_ratios(cpu: dict[Size, float]) -> None:
    """Print the ratio of every two worlds of which one is twice the other."""
    for small in cpu:
        for large in cpu:
            factors = (large.events / small.events, large.contacts / small.contacts)
            what = {(2, 1): "the events", (1, 2): "the contacts", (2, 2): "both"}.get(factors)
            if what:
                ratio = cpu[large] / cpu[small]
                verdict = "" if ratio <= _LIMIT else f", over {_LIMIT}"
                print(
                    f"twice {what} of {small.events:,} events and {small.contacts:,} contacts:"
                    f" {ratio:.2f} times the CPU time of the {_BUILD}{verdict}"
                )


if __name__ == "__main__":
    main()
