"""`make benchmark`: builds of large worlds of every feed, beside plain ways to read the same files.

python -m benchmarks [--worlds 1000000x50000,5000000x250000] [--write] [--keep FOLDER]

A world is a number of events and of contacts; days (30) and one feed that has all events may follow, as in
1000000x50000x60 and 1000000x50000x30xsendgrid. For each it prints: the scan of the files to Parquet, the
one-query floor and the same with pandas (`baselines.py`), the first build of thirty days, the build of the
next day (a thirtieth of the events, and a CRM snapshot), of a handful of events, with nothing new, and the
erasure of one person and of a list of a hundred; then the CPU time of each by stage. `--write` keeps what was
measured in `measured.json` and writes the tables of docs/performance.md anew.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import tables
from benchmarks.timed import run
from benchmarks.worlds import Size

_WORLDS = "1000000x50000,5000000x250000"
#: Events beyond which pandas is not tried: it would hold all of them in memory.
_MOST_FOR_PANDAS = 5_000_000
#: People in the list of an erasure.
_LISTED = 100
_EVENT = '{{"email": "person{0}@mail{1}.example", "timestamp": {2}, "event": "{3}", "sg_message_id": "handful.r1"}}\n'

Row = dict[str, Any]


def main() -> None:
    """Measure every world and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--worlds", type=_sizes, default=_sizes(_WORLDS), metavar="EVENTSxCONTACTS,…")
    parser.add_argument("--keep", type=Path, help="work here and keep what was made")
    parser.add_argument("--write", action="store_true", help="keep what was measured in docs/performance.md")
    arguments = parser.parse_args()
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="touchpoint-benchmark-"))
    measured = {}
    try:
        for size in arguments.worlds:
            found = _measured(folder / str(size), size, keep=bool(arguments.keep))
            measured[str(size)] = found
            if arguments.write:
                tables.keep(size, found)
    finally:
        if not arguments.keep:
            shutil.rmtree(folder)
    print("\n" + "\n".join(tables.growth(measured)))


def _sizes(text: str) -> list[Size]:
    return [Size.parse(world) for world in text.split(",")]


def _measured(folder: Path, size: Size, *, keep: bool) -> dict[str, Any]:
    """Measure one world, print its tables, and return what was found."""
    where = (
        f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} before, {time.strftime('%Y-%m-%d')}:"
    )
    print("\n".join(["", where, "", *tables.head()]), flush=True)
    rows = {}
    for what, found in _rows(folder, size):
        rows[what] = found
        print(tables.row(size, what, found), flush=True)
    with_stages = [tables.stages_of(what, found["stages"]) for what, found in rows.items() if found["stages"]]
    print("\n".join(["", *tables.stages_head(), *with_stages]), flush=True)
    if not keep:
        shutil.rmtree(folder)
    return {"where": where, "rows": rows}


def _rows(folder: Path, size: Size) -> Iterator[tuple[str, Row]]:
    """Measure everything about one world, in the order in which a home lives through it."""
    landing, last_day = folder / "landing", size.last_day.isoformat()
    if not landing.exists():
        _write(landing, size)
    shutil.rmtree(folder / "home", ignore_errors=True)
    yield "plain scan to Parquet", _baseline(folder, "scan", last_day)
    yield "one-query floor", _baseline(folder, "floor", last_day)
    if size.events <= _MOST_FOR_PANDAS:
        yield "the same with pandas", _baseline(folder, "pandas", last_day)
    yield "first build", _touchpoint(folder, "build", "--to", last_day)
    yield "next day", _touchpoint(folder, "build")
    _write_handful(landing, size)
    yield "handful", _touchpoint(folder, "build")
    yield "nothing new", _touchpoint(folder, "build")
    yield "erasure of one", _touchpoint(folder, "erase", "--contact", f"contact-{size.contacts // 2}")
    people = folder / "people.csv"
    step = max(1, size.contacts // _LISTED)
    people.write_text("contact_id\n" + "".join(f"contact-{number * step}\n" for number in range(_LISTED)))
    yield f"erasure of {_LISTED}", _touchpoint(folder, "erase", "--file", str(people))


def _baseline(folder: Path, what: str, last_day: str) -> Row:
    output = folder / f"{what}.output"
    if output.is_dir():
        shutil.rmtree(output)
    command = ["benchmarks.baselines", what, str(folder / "landing"), str(output), last_day]
    return {**asdict(run([sys.executable, "-m", *command])), "stages": {}}


def _touchpoint(folder: Path, *arguments: str) -> Row:
    stages = folder / "stages.json"
    where = ["--landing", str(folder / "landing"), "--home", str(folder / "home")]
    log = str(folder / f"{'_'.join(arguments[:2]).replace('-', '')}.log")
    found = run([sys.executable, "-m", "benchmarks.stages", str(stages), *arguments, *where], log=log)
    return {**asdict(found), "stages": json.loads(stages.read_text("utf-8"))}


def _write(landing: Path, size: Size) -> None:
    began = time.perf_counter()
    run([sys.executable, "-m", "benchmarks.worlds", str(landing), str(size)])
    files = [path for path in landing.rglob("*") if path.is_file()]
    written = sum(path.stat().st_size for path in files)
    print(
        f"wrote {len(files)} files, {written / 1e9:.2f} GB, in {time.perf_counter() - began:.0f} s",
        file=sys.stderr,
    )


def _write_handful(landing: Path, size: Size) -> None:
    """Write a few events about one message, to somebody of the world."""
    contact, day = size.contacts // 3, size.arrival_days[-1]
    seconds = int(time.mktime(day.timetuple()))
    file = landing / "sendgrid" / day.isoformat() / "handful.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    kinds = ("processed", "delivered", "open", "click")
    lines = (_EVENT.format(contact, contact % 50, seconds + at * 60, kind) for at, kind in enumerate(kinds))
    file.write_text("".join(lines))


if __name__ == "__main__":
    main()
