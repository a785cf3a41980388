"""`touchpoint replay`: reads the quarantine again after a fix, and builds from what can be read now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ingestion.replay.run import Scope
from orchestration.build import intake
from orchestration.build.options import Options
from orchestration.build.run import BuildRun
from orchestration.cli import console
from orchestration.cli.console import Progress
from orchestration.cli.summary import warning_lines
from orchestration.home import lock
from orchestration.publish import published
from orchestration.settings import Settings


def replay(
    settings: Settings,
    options: Options,
    scope: Scope,
    bring_up_to_date: Callable[[BuildRun], int],
    *,
    no_build: bool,
) -> int:
    """Land the quarantined records that can be read now, and publish them with `bring_up_to_date` unless
    `no_build`.

    options: only the engine counts.
    """
    home = intake.existing_home(settings)
    intake.check_inputs(settings)
    config = intake.configuration(settings.config)
    progress = Progress()
    with lock.hold(home.lock):
        options = replace(options, pseudonymise=published.has_pseudonymised(home))
        run = BuildRun(settings, options, progress, config=config)
        # Finish an interrupted erasure first: records read again must not bring an erased person back.
        _ = run.removed
        run.outputs.forget()  # later steps' outputs do not include what is landed now
        report = intake.replay(home, settings.landing, config, scope, progress)
        for line in report_lines(report):
            console.say(line)
        if not report.has_changes:
            return 0
        if no_build:
            console.say("Nothing of it is published yet: `touchpoint build` does that.")
            return 0
        return bring_up_to_date(run)


def report_lines(report: intake.ReplayReport) -> list[str]:
    """Return lines about a replay: what was tried, and with what result."""
    if not report.records_tried and not report.files_tried:
        return ["Nothing is in quarantine, or nothing that was asked for."]
    lines = []
    if report.files_tried:
        lines.append(
            f"Unreadable files read again: {report.files_tried:,}; readable now: {report.files_landed:,}."
        )
    if report.records_tried:
        lines.append(f"Records read again: {report.records_tried:,}.")
    lines.append(
        f"  {report.records_landed:,} records landed, {report.records_ignored:,} ignored,"
        f" {report.records_still_bad:,} still in quarantine"
    )
    lines += warning_lines(report.warnings)
    if not report.has_changes:
        lines.append(
            "Nothing could be read that could not be read before; the published build stays as it is."
        )
    return lines
