"""How fast the insights app answers while many read and a build publishes.

python -m benchmarks.insights_app [--home HOME] [--landing LANDING] [--readers 8] [--seed 1]

Readers ask for every page of every screen, each in an order of its own and without a pause: lists, tabs, days,
journeys, people and all, tables sorted and paged, and searches. Each reader asks for records of its own, so that
most pages are asked for the first time. Meanwhile the next day of the landing zone is built and published; the
readers go on until it is. It
prints a table of the answers' times, by screen, and the peak of the server's memory.

Without --home it makes a world of a million messages first (`benchmarks/world.py`), which takes long.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

import duckdb

from benchmarks.worlds import Size, crm, feeds
from insights_app.catalogue.entities import ENTITIES

_SIZE = Size(4_200_000, 200_000)
_RECORDS = {
    "emails": "email",
    "journeys": "journey",
    "contacts": "contact",
    "segments": "segment",
    "leads": "lead",
    "scoring_models": "model",
    "pages": "page",
    "forms": "form",
    "redirect_urls": "redirect",
}
#: Milliseconds that the median and the slowest answer may take, and MiB that the server may hold.
_MEDIAN, _WORST, _MEMORY = 300, 1_000, 1_024


@dataclass(frozen=True)
class Answer:
    """A page that was asked for. milliseconds: until its last byte came. is_building: while a build ran."""

    screen: str
    address: str
    status: int
    milliseconds: float
    is_building: bool


@dataclass(frozen=True)
class Used:
    """What a server used: the most memory that it held at once, and CPU time of all cores."""

    peak_mib: float
    cpu_seconds: float


def main() -> None:
    """Make the home where there is none, read, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, help="a home of the world that is published already")
    parser.add_argument("--landing", type=Path, help="its landing zone, with a day that is not built yet")
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        home, landing = arguments.home, arguments.landing
        if home is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="touchpoint-benchmark-")))
            home, landing = folder / "home", folder / "landing"
            make(landing, home)
        found, used = measure(home, landing, arguments.readers, arguments.seed)
    _print(home, found, used)


def make(landing: Path, home: Path) -> None:
    """Write the world and build it up to its last day but one."""
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        crm.write(connection, landing, _SIZE)
        feeds.write(connection, landing, _SIZE)
    _touchpoint(
        "build", "--landing", str(landing), "--home", str(home), "--to", _SIZE.last_day.isoformat()
    ).wait()


def measure(home: Path, landing: Path | None, readers: int, seed: int) -> tuple[list[Answer], Used]:
    """Read with several readers at once; give the answers and what the server used."""
    port = 8321 + os.getpid() % 1_000
    server = _touchpoint("serve", "--home", str(home), "--port", str(port))
    build = None
    try:
        _wait_for(port)
        if landing is not None:
            build = _touchpoint("build", "--landing", str(landing), "--home", str(home))
        is_building = partial(_runs, build)
        with ThreadPoolExecutor(readers) as pool:
            answers = list(pool.map(lambda number: _read(port, seed + number, is_building), range(readers)))
        used = _used(server.pid)
    finally:
        server.terminate()
        server.wait()
        if build is not None:
            build.wait()
    return [answer for some in answers for answer in some], used


def addresses(chance: random.Random) -> Iterator[tuple[str, str]]:
    """The screen and address of every page, of records drawn by chance."""
    for entity in ENTITIES:
        path = f"/{entity.path}"
        if entity.listed is not None:
            yield entity.title, path
            column = chance.choice([column for column in entity.listed.columns if not column.trend]).name
            yield entity.title, f"{path}?{entity.listed.query}.sort=-{column}&{entity.listed.query}.page=2"
            number = chance.randrange(20 if entity.name not in ("contacts", "leads") else 10_000)
            name = _RECORDS.get(entity.name)
            path += "/website-1" if name is None else f"/{name}-{number % 3 if name == 'model' else number}"
        for tab in entity.tabs:
            first, days = chance.randrange(1, 20), chance.randrange(1, 11)
            chosen = f"&from=2026-01-{first:02}&to=2026-01-{first + days:02}"
            journey = f"&journey=journey-{chance.randrange(20)}" if "journey" in entity.filters else ""
            for more in ("", chosen, f"{chosen}&by=people" if tab.has_people else "", journey):
                yield entity.title, f"{path}?tab={tab.name}{more}"
    yield (
        "Search",
        f"/search?q={quote(chance.choice(('email-1', 'Product', 'contact-77', 'News', 'nobody')))}",
    )


def _read(port: int, seed: int, is_building: Callable[[], bool]) -> list[Answer]:
    chance = random.Random(seed)  # noqa: S311 - the same seed, the same pages
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    answers: list[Answer] = []
    pages: list[tuple[str, str]] = []
    while pages or not answers or is_building():
        if not pages:
            pages = list(addresses(chance))
            chance.shuffle(pages)
        screen, address = pages.pop()
        began = time.perf_counter()
        connection.request("GET", address)
        answer = connection.getresponse()
        answer.read()
        took = (time.perf_counter() - began) * 1_000
        answers.append(Answer(screen, address, answer.status, took, is_building()))
    connection.close()
    return answers


def _touchpoint(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "orchestration.cli", *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _runs(build: subprocess.Popen[bytes] | None) -> bool:
    return build is not None and build.poll() is None


def _wait_for(port: int) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise SystemExit("the server does not answer")


def _used(pid: int) -> Used:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    peak = int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return Used(peak, (int(user) + int(system)) / os.sysconf("SC_CLK_TCK"))


def _print(home: Path, answers: list[Answer], used: Used) -> None:
    with duckdb.connect(
        str((home / "published" / "insights.duckdb").resolve()), read_only=True
    ) as connection:
        (messages,) = connection.execute("select count(*) from marts.fct_email_messages").fetchone() or (0,)
    print(f"{messages:,} messages, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the end")
    print("\n| screen | pages | median ms | 95 % within ms | slowest ms |\n|---|---:|---:|---:|---:|")
    by_screen = defaultdict(list)
    for answer in answers:
        by_screen[answer.screen].append(answer.milliseconds)
    for screen, times in [*by_screen.items(), ("all", [answer.milliseconds for answer in answers])]:
        within = sorted(times)[int(len(times) * 0.95)]
        print(
            f"| {screen} | {len(times):,} | {statistics.median(times):,.0f} | {within:,.0f} | {max(times):,.0f} |"
        )
    building = sum(answer.is_building for answer in answers)
    print(
        f"\n{building:,} of them while the build ran; the server held at most {used.peak_mib:,.0f} MiB and used"
        f" {used.cpu_seconds / len(answers) * 1_000:.0f} ms of CPU time for a page"
    )
    for answer in sorted(answers, key=lambda answer: -answer.milliseconds)[:12]:
        print(f"{answer.milliseconds:,.0f} ms {answer.status} {answer.address}", file=sys.stderr)
    wrong = [answer for answer in answers if answer.status != 200]
    for answer in wrong:
        print(f"status {answer.status}: {answer.address}")
    times = [answer.milliseconds for answer in answers]
    if statistics.median(times) > _MEDIAN or max(times) > _WORST or used.peak_mib > _MEMORY or wrong:
        print(f"over what is promised: {_MEDIAN} ms in the median, {_WORST:,} ms at most, {_MEMORY:,} MiB")


if __name__ == "__main__":
    main()
