"""`touchpoint build`: run the build job in this process and say what came of it.

Belongs here: the order lock, cheap look, job, summary. Does not belong here: the steps of a build (`run.py`).
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orchestration import lock
from orchestration.build import intake
from orchestration.build.options import Options
from orchestration.build.run import BuildRun, Published
from orchestration.cli import console
from orchestration.cli.console import Progress
from orchestration.cli.summary import nothing_new_lines, red_arrival_lines, summary_lines
from orchestration.errors import AuditRedError, TouchpointError
from orchestration.home import Home
from orchestration.publish import publish
from orchestration.settings import Settings, find_dagster_home

if TYPE_CHECKING:
    import dagster as dg


def build(settings: Settings, options: Options) -> int:
    """Build what is new; publish it if the audit is green."""
    home = Home(settings.home)
    intake.check_inputs(settings)
    config = intake.configuration(settings.config)
    with lock.hold(home.lock):
        return bring_up_to_date(BuildRun(settings, options, Progress(), config=config))


def bring_up_to_date(run: BuildRun) -> int:
    """Build what is new. Whoever calls this holds the home's lock."""
    publish.remove_leftovers(run.home)
    look = run.look()
    if look is not None and not look.has_news:
        return _stay(run, look.warnings)
    with run.landing_ahead():
        published = execute(run)
    red = [check for check in published.checks if not check.passed]
    for line in [*summary_lines(run.home, published), *red_arrival_lines(red)]:
        console.say(line)
    if run.removed is not None:
        console.say("An erasure that was begun is finished: what readers see holds nobody of it.")
    return 0


def _stay(run: BuildRun, warnings: list[str]) -> int:
    """Say that nothing is new; what is red stays red."""
    red = publish.red_arrival_checks(run.home)
    for line in [*nothing_new_lines(run.home, warnings), *red_arrival_lines(red)]:
        console.say(line)
    if red and run.options.strict:
        raise AuditRedError("the published build has red arrival checks, and --strict makes them count")
    return 0


@contextlib.contextmanager
def dagster_instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """Open the user's Dagster instance, or one for this run alone.

    What that writes lies in the home: the next build removes it where this one is killed.
    """
    import dagster as dg

    if find_dagster_home(home.root):
        with dg.DagsterInstance.get() as instance:
            yield instance
        return
    home.spill.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="dagster-", dir=home.spill) as folder,
        dg.DagsterInstance.ephemeral(tempdir=folder) as instance,
    ):
        yield instance


def execute(run: BuildRun) -> Published:
    """Run the job that the scheduler runs, with the steps of a run whose home is held."""
    run.progress("starting Dagster")
    # Imported here: Dagster takes seconds, and a build with nothing new does not need it.
    import dagster as dg

    from orchestration.definitions.code_location import definitions_for
    from orchestration.definitions.jobs import BUILD
    from orchestration.definitions.resources import held_build, quiet, run_config

    manifest = run.dbt.parse(run.variables(run.plan))
    with contextlib.ExitStack() as held, dagster_instance(run.home) as instance:
        definitions = definitions_for(run.settings, run.config, manifest, held_build(run, held))
        job = definitions.resolve_job_def(BUILD)
        try:
            job.execute_in_process(run_config=quiet(run_config(run.options)), instance=instance)
        except dg.Failure as failure:
            raise failure.__cause__ or failure from None
        except dg.DagsterError:
            # Dagster stops at a red blocking check and names it; the audit can say what was found.
            run.stop_if_red()
            raise
    if run.published is None:
        raise TouchpointError("the build ended without publishing; see the messages above")
    return run.published
