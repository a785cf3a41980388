"""How often the checks on volumes, rates and domains are wrong: quiet weeks, and weeks in which something broke.

python -m benchmarks.false_alarms [--worlds 10] [--seed 100]

A world is the daily counts of six feeds of different characters (below) for twenty weeks, made by chance: weekdays,
growth, campaigns at random, rates that differ from day to day, and events that come days later. Every morning of its
last twelve weeks is judged with the SQL of the checks (`expectations/suites/sources/`) and of the freshness of feeds
(`orchestration/watch/freshness.py`), with what had arrived by then. An alarm is an alert that people would get: what
was red the day before is not counted again.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import pyarrow as pa

from expectations.suites.sources.arrivals import DOMAIN_LIMITS
from expectations.suites.sources.delivery import worse
from expectations.suites.sources.usual import rates, volumes
from orchestration.watch import freshness

FIRST = date(2026, 1, 5)
DAYS, JUDGED_FROM, SETTLED = 140, 56, 3
#: The day on which something breaks, and how many mornings it may take to be found.
BREAKS, PATIENCE = 84, 7
DOMAINS = {"gmail.example": 0.45, "outlook.example": 0.25, "web.example": 0.15, "firma.example": 0.15}
#: Share of a message's opens and clicks that come on its day and on the days after it.
_COME = (0.62, 0.25, 0.09, 0.04)


@dataclass(frozen=True)
class Character:
    """What a feed's days are like. mean: e-mails a day. weekdays: factors from Monday. noise: of a day's volume, as a
    standard deviation of its logarithm. growth: a week, as a share. chance: that a day has a campaign at all."""

    name: str
    mean: float
    weekdays: tuple[float, ...] = (1, 1, 1, 1, 1, 1, 1)
    noise: float = 0.1
    growth: float = 0.0
    chance: float = 1.0


CHARACTERS = (
    Character("transactional", 3000, (1, 1.05, 1.05, 1, 0.95, 0.7, 0.65), 0.08),
    Character("newsletter", 6000, (0.05, 2.5, 0.05, 2.0, 0.05, 0.02, 0.02), 0.2),
    Character("campaigns", 2500, (1, 1.2, 1.2, 1.2, 0.9, 0.1, 0.1), 0.6, 0.0, 0.5),
    Character("small", 60, (1, 1, 1, 1, 1, 0.6, 0.5), 0.2),
    Character("growing", 800, (1, 1, 1, 1, 0.9, 0.5, 0.5), 0.12, 0.04),
    Character("weekdays", 1500, (1, 1, 1, 1, 0.8, 0, 0), 0.15),
)


@dataclass
class Counts:
    """Counts by feed, kind and day of arrival; by feed, kind, day of sending; by domain, kind, day of sending."""

    volumes: dict[tuple[str, str, int], int] = field(default_factory=lambda: defaultdict(int))
    rates: dict[tuple[str, str, int], tuple[int, int]] = field(default_factory=dict)
    domains: dict[tuple[str, str, int], list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0, 0])
    )
    arrivals: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True)
class Fault:
    """Something that breaks in one feed. length: days. volume, opens: factors. copies: of each record. bounces: factor in
    the domain `DOMAIN`. is_found_by: part of the alarm that tells of it, with the feed's name for `{feed}`."""

    name: str
    length: int
    volume: float = 1.0
    opens: float = 1.0
    copies: int = 1
    bounces: float = 1.0
    is_down: bool = False
    is_found_by: str = "{feed}"


DOMAIN = "outlook.example"
FAULTS = (
    Fault("a feed at half its volume", 7, volume=0.5),
    Fault("every record delivered twice", 3, copies=2),
    Fault("opens are gone", 7, opens=0.0),
    Fault("half of the opens are gone", 14, opens=0.5),
    Fault("three times the bounces of a domain", 7, bounces=3.0, is_found_by=DOMAIN),
    Fault("a provider down for a day", 1, is_down=True),
)


def main() -> None:
    """Measure, and print the table of docs/operation/running.md."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--worlds", type=int, default=10, help="how many worlds of 20 weeks")
    parser.add_argument(
        "--seed", type=int, default=100, help="of the first world; those below 100 are for choosing limits"
    )
    arguments = parser.parse_args()
    seeds = range(arguments.seed, arguments.seed + arguments.worlds)
    began = time.process_time()
    weeks, alarms = 0, []
    for seed in seeds:
        found = alarms_of(world(seed, None, None), range(JUDGED_FROM, DAYS))
        weeks += (DAYS - JUDGED_FROM) // 7
        alarms += [f"{seed} {FIRST + timedelta(days=day)} {alarm}" for day, alarm in found]
    for alarm in alarms:
        print(alarm)
    print("\n| what broke | tried | found | mornings until then (median) |\n|---|---:|---:|---:|")
    for fault in FAULTS:
        waits = list(waits_of(fault, seeds))
        found = sorted(wait for wait in waits if wait is not None)
        median = found[len(found) // 2] if found else "–"
        print(f"| {fault.name} | {len(waits)} | {len(found)} | {median} |", flush=True)
    print(f"\nfalse alarms: {len(alarms)} in {weeks} quiet weeks of {len(CHARACTERS)} feeds")
    print(f"{time.process_time() - began:.0f} CPU s")


def waits_of(fault: Fault, seeds: range) -> Iterator[int | None]:
    """For each feed of each world in which it breaks: mornings until an alarm tells of it, None if none does.

    0: on the first morning on which anything of it can be seen.
    """
    for seed in seeds:
        for place, character in enumerate(CHARACTERS):
            if seed % 3 != place % 3:
                continue
            day = _busy_day(world(seed, None, None), character.name, BREAKS + seed % 5)
            counts = world(seed, fault, None if fault.bounces > 1 else character.name, day)
            words = fault.is_found_by.format(feed=character.name)
            judged = range(day - 1, day + PATIENCE + (fault.length if fault.length > 7 else 0))
            before = {alarm for at, alarm in alarms_of(counts, [day - 1]) if at == day - 1}
            hits = [
                at
                for at, alarm in alarms_of(counts, judged)
                if words in alarm and at >= day and alarm not in before
            ]
            yield min(hits) - day if hits else None


def _busy_day(counts: Counts, feed: str, since: int) -> int:
    """The first day from `since` on with at least the feed's median volume: on others there is nothing to break."""
    usual = np.median([n for (name, kind, _), n in counts.volumes.items() if name == feed and kind == ""])
    return next(day for day in range(since, DAYS) if counts.volumes.get((feed, "", day), 0) >= usual)


def alarms_of(counts: Counts, mornings: Iterator[int] | range | list[int]) -> list[tuple[int, str]]:
    """Alerts that people would get: pairs of a day and what is told."""
    told: set[str] = set()
    found: list[tuple[int, str]] = []
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        for name, columns, rows in _tables(counts):
            table = pa.table({column: [row[i] for row in rows] for i, column in enumerate(columns)})
            connection.register("rows", table)
            connection.execute(f"create table {name} as from rows")
        for morning in mornings:
            red = set(_red(connection, counts, morning))
            found += [(morning, alarm) for alarm in sorted(red - told)]
            told = red
    return found


def _tables(counts: Counts) -> list[tuple[str, tuple[str, ...], list[tuple[object, ...]]]]:
    def dated(day: int) -> date:
        return FIRST + timedelta(days=day)

    return [
        ("volumes", ("feed", "kind", "day", "records"), [(f, k, dated(d), n) for (f, k, d), n in counts.volumes.items()]),
        ("rates", ("feed", "kind", "day", "cases", "messages"),
         [(f, k, dated(d), x, n) for (f, k, d), (x, n) in counts.rates.items() if n]),
        ("domains", ("domain", "kind", "day", "cases", "messages"),
         [(f, k, dated(d), x, n) for (f, k, d), (x, n) in counts.domains.items() if n]),
    ]  # fmt: skip


def _red(connection: duckdb.DuckDBPyConnection, counts: Counts, morning: int) -> Iterator[str]:
    """What is wrong on a morning: the newest day of arrival is that morning's, so it holds the day before it."""
    today = f"date '{FIRST + timedelta(days=morning)}'"
    for feed, kind, _, records, low, high, _ in connection.execute(
        volumes(f"select * from volumes where day <= {today} and day > {today} - 80", today)
    ).fetchall():
        if (low is not None and records < low) or records > high:
            yield f"volume of {feed} {kind}"
    # E-mails of the day before are known this morning.
    days = f"select * from rates where day < {today}"
    for feed, kind, _, _, cases, messages, low, high, _ in connection.execute(
        rates(days, today, SETTLED)
    ).fetchall():
        if not low <= cases / messages <= high:
            yield f"rate of {feed} {kind}"
    days = f"select * from domains where day < {today}"
    for domain, kind, _, cases, messages, high, *_ in connection.execute(
        worse(days, today, DOMAIN_LIMITS)
    ).fetchall():
        if cases / messages > high:
            yield f"delivery to {domain or DOMAIN + ' and others'} {kind}"
    now = datetime.combine(FIRST + timedelta(days=morning), datetime.min.time(), UTC) + timedelta(hours=4)
    for feed, days_of_arrival in counts.arrivals.items():
        arrivals = [_four_o_clock(day) for day in days_of_arrival if day <= morning]
        seen = freshness.Feed(feed, arrivals, "")
        if freshness.present_silence(seen, now) or freshness.ended_silence(seen, now - timedelta(days=1)):
            yield f"silence of {feed}"


def _four_o_clock(day: int) -> datetime:
    return datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), UTC) + timedelta(hours=4)


def world(seed: int, fault: Fault | None, broken: str | None, since: int = 0) -> Counts:
    """The counts of all feeds; `fault` is in the feed `broken` (None: in all) from the day `since` of arrival on."""
    counts = Counts()
    for place, character in enumerate(CHARACTERS):
        random = np.random.default_rng([seed, place])
        _add_feed(counts, character, random, fault if broken in (None, character.name) else None, since)
    return counts


def _add_feed(
    counts: Counts, feed: Character, random: np.random.Generator, fault: Fault | None, since: int
) -> None:
    open_rate = random.uniform(0.25, 0.5)
    for day in range(DAYS):
        # Always as many draws, so that a world with a fault is otherwise the same.
        noise, has_campaign, opening, seeds = (
            random.normal(),
            random.random(),
            random.normal(),
            random.integers(2**31),
        )
        draw = np.random.default_rng(int(seeds))
        rate = (
            feed.mean * feed.weekdays[day % 7] * (1 + feed.growth) ** (day / 7) * np.exp(feed.noise * noise)
        )
        # Between campaigns a feed still has the odd welcome mail.
        sent = int(draw.poisson(rate if has_campaign < feed.chance else 0.002 * feed.mean))
        # What is sent on a day arrives the next morning.
        is_on = fault is not None and since <= day + 1 < since + fault.length
        now = fault if is_on and fault else Fault("none", 0)
        _add_day(counts, feed.name, day, sent, open_rate * float(np.exp(0.08 * opening)), now, draw)
    came = {day for (name, kind, day), n in counts.volumes.items() if name == feed.name and kind == "" and n}
    if fault and fault.is_down:
        came -= set(range(since, since + fault.length))
        for key in [key for key in counts.volumes if key[0] == feed.name and key[2] not in came]:
            del counts.volumes[key]
    counts.arrivals[feed.name] = sorted(day for day in came if day < DAYS)


def _add_day(
    counts: Counts, name: str, day: int, sent: int, open_rate: float, fault: Fault, draw: np.random.Generator
) -> None:
    sent = int(sent * fault.volume)
    delivered, arrived = 0, defaultdict(int)
    for domain, share in DOMAINS.items():
        part = round(sent * share)
        bounce = 0.012 * float(np.exp(0.2 * draw.normal()))
        bounced = int(draw.binomial(part, min(bounce * (fault.bounces if domain == DOMAIN else 1), 1)))
        blocked = int(draw.binomial(part, 0.006))
        complained = int(draw.binomial(part, 0.0003))
        for kind, cases in (("bounced", bounced), ("blocked", blocked), ("complained", complained)):
            total = counts.domains[domain, kind, day]
            total[0], total[1] = total[0] + cases, total[1] + part
        delivered += part - bounced - blocked
        arrived["email_bounced"] += bounced
    opened = int(draw.binomial(delivered, min(open_rate, 1)) * fault.opens)
    clicked = int(draw.binomial(opened, 0.15))
    counts.rates[name, "opened", day] = (opened, delivered)
    counts.rates[name, "clicked", day] = (clicked, delivered)
    arrived["email_sent"], arrived["email_delivered"] = sent, delivered
    for kind, cases in {**arrived, "": sent + delivered + arrived["email_bounced"]}.items():
        _come(counts, name, kind, day + 1, cases, fault.copies)
    for kind, cases in (("email_opened", opened), ("email_clicked", clicked)):
        for later, part in enumerate(draw.multinomial(cases, _COME)):
            _come(counts, name, kind, day + 1 + later, int(part), 1)
            _come(counts, name, "", day + 1 + later, int(part), fault.copies)


def _come(counts: Counts, name: str, kind: str, day: int, records: int, copies: int) -> None:
    if records:
        # Copies are read, and count in nothing else.
        counts.volumes[name, kind, day] += records * (copies if kind == "" else 1)


if __name__ == "__main__":
    main()
