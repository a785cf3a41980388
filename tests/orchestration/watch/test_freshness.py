"""When a feed counts as silent, and who is told of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingestion.ledger import FileBooks, Ledger
from orchestration.watch import freshness
from tests.orchestration.watch.test_alerts import Desk, desk

__all__ = ["desk"]

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def every(step: timedelta, until: timedelta, but: Iterable[int] = (), at: int = 4) -> list[datetime]:
    """Arrivals from a Monday on; `but`: days of the week without any."""
    found = [MONDAY + at * HOUR + i * step for i in range(int(until / step) + 1)]
    return [time for time in found if time.weekday() not in but]


def silent_after(
    arrivals: list[datetime], most: timedelta = 60 * DAY, records: float = 100
) -> timedelta | None:
    """How long the feed must be silent before it counts as silent."""
    feed = freshness.Feed("ses", arrivals, "a.json", records)
    for hours in range(int(most / HOUR)):
        if freshness.present_silence(feed, arrivals[-1] + hours * HOUR):
            return hours * HOUR
    return None


@pytest.mark.parametrize(
    ("arrivals", "at_least", "at_most"),
    [
        pytest.param(every(2 * HOUR, 30 * DAY), 6 * HOUR, 7 * HOUR, id="every two hours"),
        pytest.param(every(DAY, 30 * DAY), 30 * HOUR, 36 * HOUR, id="daily"),
        pytest.param(every(DAY, 32 * DAY, but=(5, 6)), 72 * HOUR, 80 * HOUR, id="no weekends: a Friday"),
        pytest.param(every(DAY, 30 * DAY, but=(5, 6)), 30 * HOUR, 36 * HOUR, id="no weekends: a Wednesday"),
        pytest.param(every(7 * DAY, 60 * DAY), 8 * DAY, 10 * DAY, id="weekly"),
        pytest.param(
            [*every(DAY, 20 * DAY), *every(DAY, 40 * DAY)[24:]], 30 * HOUR, 36 * HOUR, id="was down once"
        ),
    ],
)
def test_a_feed_is_silent_by_its_own_rhythm(
    arrivals: list[datetime], at_least: timedelta, at_most: timedelta
) -> None:
    after = silent_after(arrivals)
    assert after and at_least <= after <= at_most


@pytest.mark.parametrize(
    "arrivals",
    [
        pytest.param(every(DAY, 13 * DAY), id="too short a history"),
        pytest.param(every(30 * DAY, 300 * DAY), id="monthly"),
    ],
)
def test_a_feed_without_a_rhythm_is_not_judged(arrivals: list[datetime]) -> None:
    assert silent_after(arrivals) is None


def test_a_feed_of_a_few_records_a_day_has_days_without_any() -> None:
    after = silent_after(every(DAY, 30 * DAY), records=7)
    assert after and 3 * DAY <= after <= 4 * DAY


def deliver(home: Path, feed: str, arrivals: list[datetime], *, copied: bool = False) -> None:
    """Enter files in the ledger; `copied`: all were modified long after the days that they lie in."""
    with Ledger(home) as ledger:
        ledger.record(
            [
                FileBooks(
                    hash((feed, time)) >> 2, feed, "ses", time.date(), f"{time:%H%M}.json", 1,
                    MONDAY + 400 * DAY if copied else time, records_readable=50,
                )
                for time in arrivals
            ],
            [],
        )  # fmt: skip


def test_files_of_a_copied_archive_count_by_their_days(tmp_path: Path) -> None:
    deliver(tmp_path, "ses", every(DAY, 20 * DAY), copied=True)
    with Ledger(tmp_path) as ledger:
        (feed,) = freshness.feeds(ledger.connection, MONDAY + 20 * DAY)
    assert feed.arrivals[-2:] == [MONDAY + 19 * DAY, MONDAY + 20 * DAY]
    assert feed.last_file == "ses/2026-01-25/0400.json"


def test_people_are_told_of_a_silent_feed_once_and_when_it_comes_again(tmp_path: Path, desk: Desk) -> None:
    deliver(tmp_path, "ses", every(DAY, 20 * DAY))
    deliver(tmp_path, "segment", every(2 * HOUR, 23 * DAY))
    desk.now = MONDAY + 22 * DAY + 6 * HOUR
    desk.alerts(tmp_path).after_build([])
    assert desk.titles == ["ses silent for 2 days; usually every day"]
    assert "ses/2026-01-25/0400.json" in desk.texts[0] and "Since 2026-01-25 04:00 UTC" in desk.texts[0]
    desk.now += DAY
    desk.alerts(tmp_path).after_nothing_new()
    assert len(desk.titles) == 1
    deliver(tmp_path, "ses", [MONDAY + 23 * DAY + 4 * HOUR])
    desk.alerts(tmp_path).after_build([])
    assert desk.titles[1:] == ["over: ses silent for 2 days; usually every day"]


def test_a_silence_that_ended_between_two_builds_is_told_in_one_message(tmp_path: Path, desk: Desk) -> None:
    deliver(tmp_path, "ses", every(DAY, 20 * DAY))
    desk.now = MONDAY + 20 * DAY + 5 * HOUR
    desk.alerts(tmp_path).after_build([])
    deliver(tmp_path, "ses", [MONDAY + 22 * DAY + 4 * HOUR])
    for _ in range(2):
        desk.now = MONDAY + 22 * DAY + 5 * HOUR
        desk.alerts(tmp_path).after_build([])
    assert desk.titles == ["ses was silent for 2 days, and comes again; usually every day"]


def test_where_no_feed_comes_there_is_one_cause(tmp_path: Path, desk: Desk) -> None:
    for feed in ("ses", "brevo", "segment"):
        deliver(tmp_path, feed, every(DAY, 20 * DAY))
    desk.now = MONDAY + 22 * DAY + 6 * HOUR
    desk.alerts(tmp_path).after_nothing_new()
    assert desk.titles == ["no feed delivers any more"]


def test_a_feed_that_ended_is_let_go(tmp_path: Path, desk: Desk) -> None:
    deliver(tmp_path, "ses", every(DAY, 20 * DAY))
    for days in (23, 50, 51):
        desk.now = MONDAY + days * DAY
        desk.alerts(tmp_path).after_nothing_new()
    title = "ses silent for 2 days; usually every day"
    assert desk.titles == [
        title.replace("2", "3"),
        f"no longer watched after four weeks: {title}".replace("2", "3"),
    ]


def test_a_watcher_judges_at_the_time_of_the_last_build_or_of_a_landing_zone_it_sees(
    tmp_path: Path, desk: Desk
) -> None:
    deliver(tmp_path, "ses", every(DAY, 20 * DAY))
    desk.now = MONDAY + 20 * DAY + 5 * HOUR
    desk.alerts(tmp_path).after_build([])
    desk.now += 35 * HOUR
    assert desk.alerts(tmp_path).watch(40 * HOUR) == []
    assert desk.alerts(tmp_path).watch(40 * HOUR, is_up_to_date=True) == [
        "ses silent for 36 hours; usually every day"
    ]
