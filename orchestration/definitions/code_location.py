"""The code location: everything Dagster runs, put together.

Belongs here: composing assets, checks, jobs, schedules and resources. Does not belong here: any of them.
`dagster dev -w workspace.yaml` imports this module; tests and the command line call `definitions_for`.
"""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from ingestion.config import Config
from orchestration import settings
from orchestration.build import intake
from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.definitions.assets import audit_checks, landing_assets, published_asset, raw_assets
from orchestration.definitions.dbt_assets import published_tables, raw_relations, transformed_assets
from orchestration.definitions.jobs import build_job, daily_build
from orchestration.definitions.resources import scheduled_build
from orchestration.home import Home
from orchestration.settings import Settings


def definitions_for(
    here: Settings, config: Config, manifest: Path, build: dg.ResourceDefinition
) -> dg.Definitions:
    """Put the definitions together over folders, a parsed dbt project and a build resource."""
    feeds = intake.possible_feeds(config)
    tables = transformed_assets(manifest)
    return dg.Definitions(
        assets=[
            landing_assets(feeds),
            raw_assets(feeds, raw_relations(tables)),
            tables,
            published_asset(published_tables(tables)),
        ],
        asset_checks=[audit_checks(set(tables.keys))],
        jobs=[build_job],
        schedules=[daily_build(here)],
        resources={"build": build},
        # One process per run: the build holds its home from the first step to the last.
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Definitions over the folders that the environment names."""
    settings.keep_tools_quiet()
    here = Settings.from_environment()
    config = intake.configuration(here.config)
    manifest = Dbt(Home(here.home)).parse(Variables(config.reporting_time_zone))
    return definitions_for(here, config, manifest, scheduled_build(here))
