"""The code location: all definitions that Dagster loads, and the job as the command line runs it.

`dagster dev -w workspace.yaml` imports this module.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from engines import engine_of
from ingestion.config import Config
from orchestration import settings
from orchestration.build import intake
from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.build.run import BuildRun, Published
from orchestration.definitions.assets import (
    audit_checks,
    delivered_files,
    landing_assets,
    published_asset,
    raw_assets,
)
from orchestration.definitions.dbt_assets import published_tables, raw_relations, transformed_assets
from orchestration.definitions.jobs import (
    BUILD,
    build_days_job,
    build_job,
    daily_build,
    failure_sensor,
    landing_sensor,
    overdue_sensor,
)
from orchestration.definitions.resources import held_resources, quiet, resources_for, run_config
from orchestration.definitions.whole_audit import nightly_audit, whole_audit
from orchestration.errors import TouchpointError
from orchestration.home import Home
from orchestration.settings import Settings


def definitions_for(
    here: Settings, config: Config, manifest: Path, resources: dict[str, Any]
) -> dg.Definitions:
    """Return the definitions for some folders, a parsed dbt project and resources (`resources.py`)."""
    feeds = intake.possible_feeds(config)
    tables = transformed_assets(manifest)
    return dg.Definitions(
        assets=[
            *delivered_files(feeds),
            *_linked_to_code(
                landing_assets(feeds),
                raw_assets(feeds, raw_relations(tables)),
                published_asset(published_tables(tables), has_targets=bool(config.publish)),
                tables,
            ),
        ],
        asset_checks=[audit_checks(set(tables.keys))],
        jobs=[build_job, build_days_job, whole_audit],
        schedules=[daily_build(here), nightly_audit],
        sensors=[landing_sensor(here), failure_sensor, overdue_sensor(here)],
        resources=resources,
        # One process per run, because the build holds its home's lock from the first step to the last.
        executor=dg.in_process_executor,
    )


def execute_job(run: BuildRun, manifest: Path) -> Published:
    """Run Dagster's job in this process, with the steps of a build whose home is already locked.

    manifest: the parsed dbt project. Dagster finds the instance that records the run by DAGSTER_HOME.
    Raises `TouchpointError` if a step fails, `AuditRedError` if a red check forbids publishing.
    """
    with contextlib.ExitStack() as held, dg.DagsterInstance.get() as instance:
        definitions = definitions_for(run.settings, run.config, manifest, held_resources(run, held))
        job = definitions.resolve_job_def(BUILD)
        try:
            job.execute_in_process(run_config=quiet(run_config(run.options)), instance=instance)
        except dg.Failure as failure:
            raise failure.__cause__ or failure from None
        except dg.DagsterError:
            # Dagster stops at a red blocking check and only names it; our error also says what was found.
            run.stop_if_red()
            raise
    if run.published is None:
        raise TouchpointError("the build ended without publishing; see the messages above")
    return run.published


def _linked_to_code(*assets: dg.AssetsDefinition) -> Sequence[Any]:
    """Let Dagster show the source code of each asset; silence its warning that this feature is in beta."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.with_source_code_references(assets)


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions for the folders that the environment names."""
    settings.keep_tools_quiet()
    here = Settings.from_environment()
    config = intake.configuration(here.config)
    home = Home(here.home)
    manifest = Dbt(home, engine=engine_of(config, home.root)).parse(Variables(config.reporting_time_zone))
    return definitions_for(here, config, manifest, resources_for(here))
