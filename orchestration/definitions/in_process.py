"""The build job, run in the process of the command line and recorded in the user's Dagster instance."""

from __future__ import annotations

import contextlib
from pathlib import Path

import dagster as dg

from orchestration.build.run import BuildRun, Published
from orchestration.definitions.code_location import definitions_for
from orchestration.definitions.jobs import BUILD
from orchestration.definitions.resources import held_build, quiet, run_config
from orchestration.errors import TouchpointError


def execute_job(run: BuildRun, manifest: Path) -> Published:
    """Run the job that the scheduler runs, with the steps of a build whose home is held.

    manifest: the parsed dbt project. Dagster finds its instance by DAGSTER_HOME.
    Raises `TouchpointError` where a step fails, `AuditRedError` where a red check forbids publishing.
    """
    with contextlib.ExitStack() as held, dg.DagsterInstance.get() as instance:
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
