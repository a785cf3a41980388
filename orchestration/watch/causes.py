"""Causes of alerts: each problem of a home, under a key that stays the same while the problem lasts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from expectations import CheckResult
from orchestration.watch import field_changes
from orchestration.watch.freshness import Silence

#: Keys of causes that do not come from checks.
BUILD = "build"
NO_RUN = "no_run"
#: Begins the keys of causes that targets are.
TARGET = "target"
#: Begins the keys of causes that silent feeds are; `ALL_FEEDS` is the cause that nothing arrives at all.
FEED = "feed"
ALL_FEEDS = f"{FEED} *"
#: Checks each of whose findings is a cause of its own.
_OF_SEVERAL = frozenset(
    {
        "arrival_volume_is_expected",
        "arrival_rates_are_expected",
        "arrival_domains_deliver",
        field_changes.NAME,
    }
)
_LONGEST_TITLE = 160
#: Checks that tell no one: a feed's silence is told by its own rhythm, not by the newest day.
_TOLD_OTHERWISE = frozenset({"arrival_feeds_are_not_silent"})


@dataclass(frozen=True)
class Cause:
    """A problem that people are alerted to.

    key: stays the same while the problem lasts. title: one line. text: what was found, where, and what to do.
        found: only what was found. since: when it began, None if only when it was found is known.
    """

    key: str
    title: str
    text: str
    found: str
    since: datetime | None = None

    @property
    def subject(self) -> str:
        """What was found, without figures: another feed under the same key is alerted again, another count is
        not.
        """
        return _without_figures(self.found)


def of_checks(checks: Iterable[CheckResult]) -> list[Cause]:
    """Return one cause per red check; of one that measures several things, one for each that is wrong."""
    red = [check for check in checks if not check.passed and check.check_name not in _TOLD_OTHERWISE]
    return [cause for check in red for cause in _of_check(check)]


def _of_check(check: CheckResult) -> list[Cause]:
    key = f"check {check.check_name}"
    if check.check_name not in _OF_SEVERAL or not check.broken:
        return [Cause(key, f"{check.check_name} is red", check.message, check.observed)]
    return [
        Cause(
            f"{key} {_without_figures(subject)}",
            found if len(found) <= _LONGEST_TITLE else f"{found[: _LONGEST_TITLE - 1]}…",
            check.message.replace(check.observed, found),
            subject,
        )
        for subject, found in check.broken
    ]


def _without_figures(text: str) -> str:
    return re.sub(r"\b[0-9][0-9,.:-]*", "#", text)


def of_failure(message: str, where: str = "") -> Cause:
    """Return the cause for a build that published nothing.

    message: the error message of the build. where: what to look at; another build that fails is no news.
    """
    text = f"{message} {where}".strip()
    return Cause(BUILD, "a build failed, and what was published before stays", text, message)


def of_targets(undelivered: Iterable[str]) -> list[Cause]:
    """The causes that targets without the published build are. undelivered: what was said of each."""
    return [
        Cause(f"{TARGET} {said.split(': ')[0]}", "a build is not on every server", said, said)
        for said in undelivered
    ]


def of_silence(last_run: datetime | None, now: datetime, most: timedelta) -> list[Cause]:
    """Return the cause that no build finished for longer than `most`; an empty list if one did."""
    if last_run is not None and now - last_run <= most:
        return []
    hours = int(most.total_seconds() // 3600)
    since = f"The last one ended at {last_run:%Y-%m-%d %H:%M} UTC." if last_run else "None ever did."
    text = (
        f"No build came to its end in the last {hours} hours. {since} See that the scheduler runs"
        " (`dagster dev`, the daemon, or cron), then run `touchpoint build` and read what it says."
    )
    return [Cause(NO_RUN, f"no build for {hours} hours", text, "")]


def of_silent_feeds(silences: Sequence[Silence], judged: int) -> list[Cause]:
    """Return a cause per silent feed; a single one if all judged feeds, three or more, are silent."""
    if len(silences) >= 3 and len(silences) == judged:
        since = max(silence.since for silence in silences)
        names = ", ".join(silence.feed for silence in silences)
        text = (
            f"Nothing arrived from any feed since {since:%Y-%m-%d %H:%M} UTC ({names}). Look first at what"
            " all of them share: the copy into the landing zone, its disk or bucket, its credentials."
        )
        return [Cause(ALL_FEEDS, "no feed delivers any more", text, "", since)]
    return [
        Cause(
            f"{FEED} {silence.feed}",
            f"{silence.feed} silent for {_length(silence.until - silence.since)};"
            f" usually every {_length(silence.usual, every=True)}",
            f"The last file of feed {silence.feed} came at {silence.since:%Y-%m-%d %H:%M} UTC"
            f" ({silence.last_file}), and earlier weeks had files in the hours since then. The figures of the"
            " days since lack this feed. See at the provider that its export or web hook still runs and that"
            " what it writes reaches the landing zone; what comes late is taken in by the next build.",
            silence.feed,
            silence.since,
        )
        for silence in silences
    ]


def of_ended_silence(silence: Silence) -> Cause:
    """Return the cause of a silence that nobody was told of while it lasted."""
    return Cause(
        f"{FEED} {silence.feed}",
        f"{silence.feed} was silent for {_length(silence.until - silence.since)}, and comes again;"
        f" usually every {_length(silence.usual, every=True)}",
        f"Between {silence.since:%Y-%m-%d %H:%M} and {silence.until:%Y-%m-%d %H:%M} UTC no file of feed"
        f" {silence.feed} came. If the provider did not deliver that time's records since, ask for them: what"
        " comes late is taken in by the next build.",
        silence.feed,
        silence.since,
    )


def _length(time: timedelta, *, every: bool = False) -> str:
    """Return a time in words: hours up to two days, then days. every: as in `every day`."""
    hours = round(time.total_seconds() / 3600)
    count, unit = (hours, "hour") if hours < 48 and (hours != 24 or not every) else (round(hours / 24), "day")
    if every and count <= 1:
        return unit
    return f"{count} {unit}{'' if count == 1 else 's'}"
