"""`touchpoint status`: prints what is published and read, and whether a build is running."""

from __future__ import annotations

from orchestration.build import intake
from orchestration.build.landing import ledger_checks
from orchestration.cli import console
from orchestration.cli.summary import red_check_lines
from orchestration.home import Home, lock
from orchestration.publish import published
from orchestration.settings import Settings

REPLAY_HEADINGS = (
    *("started", "finished", "records tried", "landed", "ignored", "still bad"),
    *("unreadable files tried", "readable now"),
)


def status(settings: Settings) -> int:
    """Print what a home has read and published; return the exit code."""
    home = intake.existing_home(settings)
    pid = lock.holder(home.lock)
    if pid:
        console.say(f"A build is at work (process {pid}).")
        console.say()
    _say_published(home)
    if pid:
        # While a build runs, it has the ledger open and nobody else can read it.
        return 0
    with intake.read_ledger(home) as ledger:
        console.say()
        console.say("Feeds")
        console.say_table(
            (
                *("feed", "files", "first day", "last day", "records read", "quarantined", "replayed"),
                *("unreadable files", "files not yet published"),
            ),
            intake.feed_rows(ledger),
        )
        console.say()
        console.say("Builds, newest first")
        console.say_table(("build", "state", "started", "finished"), intake.build_rows(ledger))
        replays = intake.replay_rows(ledger)
        if replays:
            console.say()
            console.say("Replays of the quarantine, newest first")
            console.say_table(REPLAY_HEADINGS, replays)
    return 0


def _say_published(home: Home) -> None:
    info = published.build_info(home)
    if info is None:
        console.say("Nothing is published yet.")
        return
    console.say(f"Published: {home.published / home.insights.name}")
    for name, value in info.items():
        console.say(f"  {name:22}{value}")
    for line in red_check_lines(published.red_checks(home)):
        console.say(line)
    for check in published.checks_named(home, ledger_checks.UNCHANGED):
        if check.passed and check.observed != ledger_checks.NOTHING_TO_TELL:
            console.say(f"Told by the last landing: {console.printable(check.observed)}")
    lost = published.losses(home)
    if lost:
        console.say()
        console.say("What counts nowhere (build_ignored, build_nulled, build_unmatched), the most first")
        console.say_table(("feed", "what", "cause", "records", "last day"), lost)
