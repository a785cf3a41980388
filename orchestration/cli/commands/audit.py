"""`touchpoint audit`: every test and check over all rows of the published build, whatever is new."""

from __future__ import annotations

from orchestration.build import intake
from orchestration.build.options import Options
from orchestration.cli import console
from orchestration.cli.console import Progress
from orchestration.cli.summary import red_check_lines
from orchestration.home import lock
from orchestration.settings import Settings
from orchestration.watch.alerts import Alerts
from orchestration.watch.whole_audit import audit_whole


def audit(settings: Settings, options: Options, wait_minutes: int) -> int:
    """Check the published build wholly and print what is red; return 1 if anything forbids publishing.

    options: only the engine counts. wait_minutes: how long to wait for a home that a build holds.
    """
    home = intake.existing_home(settings)
    config = options.chosen_engine(intake.configuration(settings.config))
    progress = Progress()
    with lock.hold(home.lock, wait_minutes * 60, progress):
        found = audit_whole(home, config, progress)
    Alerts(home, console.complain).after_audit(found.checks)
    console.say(f"Checked every row of build {found.build_id}: {len(found.checks)} tests and checks.")
    for line in red_check_lines([check for check in found.checks if not check.passed]):
        console.say(line)
    if found.broken:
        console.say(
            f"Readers still see this build. Its build files were removed, so that the next build makes every"
            f" table anew; to have that now: touchpoint build --full-refresh. Details: {home.data_docs}"
        )
    return int(bool(found.broken))
