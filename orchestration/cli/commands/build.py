"""`touchpoint build`: takes the steps of a build (`run.py`) if anything is new, and prints the result."""

from __future__ import annotations

from orchestration.build import intake
from orchestration.build.options import Options
from orchestration.build.run import BuildRun, Published
from orchestration.cli import console
from orchestration.cli.console import Progress
from orchestration.cli.summary import nothing_new_lines, red_check_lines, summary_lines
from orchestration.errors import AuditRedError, UndeliveredError, check_delivered
from orchestration.home import Home, lock
from orchestration.publish import publish
from orchestration.publish.published import red_checks
from orchestration.settings import Settings, find_dagster_home
from orchestration.watch.alerts import Alerts
from orchestration.watch.figures import write_figures


def build(settings: Settings, options: Options, wait_minutes: int = 0) -> int:
    """Build what is new and publish it if the audit is green; return the exit code.

    wait_minutes: how long to wait for a home that another build holds.
    """
    home = Home(settings.home)
    intake.check_inputs(settings)
    config = intake.configuration(settings.config)
    progress = Progress()
    with lock.hold(home.lock, wait_minutes * 60, progress):
        try:
            return bring_up_to_date(BuildRun(settings, options, progress, config=config))
        except UndeliveredError:
            raise  # told of already
        except Exception as error:
            Alerts(home, console.complain).after_failure(f"{type(error).__name__}: {error}")
            raise


def bring_up_to_date(run: BuildRun) -> int:
    """Build what is new; return the exit code. The caller holds the home's lock."""
    publish.remove_leftovers(run.home)
    look = run.look()
    if look is not None and not look.has_news:
        return _stay(run, look.warnings)
    with run.landing_ahead():
        published = execute(run)
    red = [check for check in published.checks if not check.passed]
    for line in [*summary_lines(run.home, published), *red_check_lines(red)]:
        console.say(line)
    Alerts(run.home, console.complain).after_build(published.checks, published.undelivered)
    write_figures(run.home)
    if run.removed is not None:
        console.say("An erasure that was begun is finished: what readers see holds nobody of it.")
    check_delivered(published.undelivered)
    return 0


def _stay(run: BuildRun, warnings: list[str]) -> int:
    """Print that nothing is new; red checks of the published build are printed again."""
    red = red_checks(run.home)
    for line in [*nothing_new_lines(run.home, warnings), *red_check_lines(red)]:
        console.say(line)
    undelivered = run.deliver()
    Alerts(run.home, console.complain).after_nothing_new(undelivered)
    write_figures(run.home)
    check_delivered(undelivered)
    if red and run.options.strict:
        raise AuditRedError("the published build has red arrival checks, and --strict makes them count")
    return 0


def execute(run: BuildRun) -> Published:
    """Take the steps of a build whose home is locked: as a run of Dagster's job if there is a Dagster
    instance.

    Dagster's overhead costs as much as a small build, and without an instance nobody would see its records.
    """
    run.progress("reading the dbt project")
    manifest = run.parse_project()
    if not find_dagster_home(run.home.root):
        return run.take_all_steps()
    # Imported here: Dagster takes seconds.
    from orchestration.definitions.code_location import execute_job

    return execute_job(run, manifest)
