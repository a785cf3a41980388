"""`touchpoint watch`: alerts people if no build finished in time or a feed is silent; to be run by cron."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from orchestration.build import intake
from orchestration.build.run import is_up_to_date
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
    alerts = Alerts(intake.existing_home(settings), console.complain)
    # Where the landing zone is not at hand (on another machine), feeds are judged as of the last build.
    is_current = Path(settings.landing).is_dir() and is_up_to_date(settings)
    wrong = alerts.watch(timedelta(hours=hours), is_up_to_date=is_current)
    for title in wrong:
        console.say(title)
    if not wrong:
        console.say("Nothing is wrong.")
    return int(bool(wrong))
