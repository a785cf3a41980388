"""`make benchmark`: two million SendGrid events, landing to published, beside a plain scan of the files.

python -m benchmarks [--events N] [--days N] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import sendgrid_feed
from benchmarks.timed import Measurement, run


def main() -> None:
    """Make the feed, time the scan, the build and a build with nothing new, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--keep", type=Path, help="work here and keep what was made")
    arguments = parser.parse_args()
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="touchpoint-benchmark-"))
    try:
        _measure(folder, arguments.events, arguments.days)
    finally:
        if not arguments.keep:
            shutil.rmtree(folder)


def _measure(folder: Path, events: int, days: int) -> None:
    landing, home = folder / "landing", folder / "home"
    if not landing.exists():
        size = sendgrid_feed.write(landing, events=events, days=days)
        print(
            f"{events:,} SendGrid events over {days} arrival days, {size / 1e9:.2f} GB of NDJSON", flush=True
        )
    shutil.rmtree(home, ignore_errors=True)
    scan = run([sys.executable, "-m", "benchmarks.plain_scan", str(landing), str(folder / "scan.parquet")])
    touchpoint = str(Path(sys.executable).with_name("touchpoint"))
    command = [touchpoint, "build", "--landing", str(landing), "--home", str(home)]
    first = run(command, log=str(folder / "first_build.log"))
    before = _state(home)
    second = run(command, log=str(folder / "second_build.log"))
    _print_row("plain DuckDB scan to Parquet", scan, scan)
    _print_row("build, landing to published", first, scan)
    _print_row("build with nothing new", second, scan)
    rewritten = sorted(path for path, state in _state(home).items() if before.get(path) != state)
    tables = [path for path in rewritten if path.endswith((".duckdb", ".parquet"))]
    print(f"data files written by the build with nothing new: {len(tables)}")


def _print_row(what: str, measured: Measurement, base: Measurement) -> None:
    print(
        f"{what:32s} {measured.seconds:7.1f} s   ratio {measured.seconds / base.seconds:5.1f}"
        f"   peak {measured.peak_mib:6.0f} MiB",
        flush=True,
    )


def _state(home: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in home.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


if __name__ == "__main__":
    main()
