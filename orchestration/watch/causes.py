"""Causes of alerts: each problem of a home, under a key that stays the same while the problem lasts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from expectations import CheckResult

#: Keys of causes that do not come from checks.
BUILD = "build"
NO_RUN = "no_run"
#: Begins the keys of causes that targets are.
TARGET = "target"


@dataclass(frozen=True)
class Cause:
    """A problem that people are alerted to.

    key: stays the same while the problem lasts. title: one line. text: what was found, where, and what to do.
        found: only what was found.
    """

    key: str
    title: str
    text: str
    found: str

    @property
    def subject(self) -> str:
        """What was found, without figures: another feed under the same key is alerted again, another count is
        not.
        """
        return re.sub(r"[0-9][0-9,.:-]*", "#", self.found)


def of_checks(checks: Iterable[CheckResult]) -> list[Cause]:
    """Return one cause per red check."""
    return [
        Cause(f"check {check.check_name}", f"{check.check_name} is red", check.message, check.observed)
        for check in checks
        if not check.passed
    ]


def of_failure(message: str) -> Cause:
    """Return the cause for a build that published nothing. message: the error message of the build."""
    return Cause(BUILD, "a build failed, and what was published before stays", message, message)


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
