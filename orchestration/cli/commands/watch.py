"""`touchpoint watch`: alerts people if no build finished in time; to be run by cron, apart from builds."""

from __future__ import annotations

from datetime import timedelta

from orchestration.build import intake
from orchestration.cli import console
from orchestration.errors import UsageError
from orchestration.settings import Settings, alert_addresses
from orchestration.watch.alerts import Alerts


def watch(settings: Settings, hours: int) -> int:
    """Check when a build last finished, and print what is wrong; return 1 if anything is."""
    if not alert_addresses():
        raise UsageError(
            "nobody is to be told: set TOUCHPOINT_ALERTS to addresses as Apprise has them, such as"
            " mailtos://user:password@example.com"
        )
    wrong = Alerts(intake.existing_home(settings), console.complain).watch(timedelta(hours=hours))
    for title in wrong:
        console.say(title)
    if not wrong:
        console.say("Nothing is wrong.")
    return int(bool(wrong))
