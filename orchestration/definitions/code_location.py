"""The code location: everything that Dagster runs, put together.

`dagster dev -w workspace.yaml` imports this module; tests and the command line call `definitions_for`.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from ingestion.config import Config
from orchestration import settings
from orchestration.build import intake
from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.definitions.assets import (
    audit_checks,
    delivered_files,
    landing_assets,
    published_asset,
    raw_assets,
)
from orchestration.definitions.dbt_assets import published_tables, raw_relations, transformed_assets
from orchestration.definitions.jobs import build_job, daily_build, failure_sensor, landing_sensor
from orchestration.definitions.resources import build_resource
from orchestration.home import Home
from orchestration.settings import Settings


def definitions_for(here: Settings, config: Config, manifest: Path, build: Any) -> dg.Definitions:
    """Put the definitions together over folders, a parsed dbt project and the resource `build`."""
    feeds = intake.possible_feeds(config)
    tables = transformed_assets(manifest)
    return dg.Definitions(
        assets=[
            *delivered_files(feeds),
            *_linked_to_code(
                landing_assets(feeds),
                raw_assets(feeds, raw_relations(tables)),
                published_asset(published_tables(tables)),
            ),
            tables,
        ],
        asset_checks=[audit_checks(set(tables.keys))],
        jobs=[build_job],
        schedules=[daily_build(here)],
        sensors=[landing_sensor(here), failure_sensor],
        resources={"build": build},
        # One process per run: the build holds its home from the first step to the last.
        executor=dg.in_process_executor,
    )


def _linked_to_code(*assets: dg.AssetsDefinition) -> Sequence[Any]:
    """Let Dagster show the source of each asset; it warns that this part of it is in beta."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.with_source_code_references(assets)


@dg.definitions
def defs() -> dg.Definitions:
    """Definitions over the folders that the environment names."""
    settings.keep_tools_quiet()
    here = Settings.from_environment()
    config = intake.configuration(here.config)
    manifest = Dbt(Home(here.home)).parse(Variables(config.reporting_time_zone))
    return definitions_for(here, config, manifest, build_resource(here))
