"""The dbt project as Dagster assets, run in this process.

dbt runs in a thread (`build/dbt/runner.py`); each node becomes a Dagster event when dbt has finished it.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of ops as objects.
import queue
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets

from orchestration.build.dbt.verdicts import NodeResult
from orchestration.build.run import BuildRun
from orchestration.definitions.home_lock import OWNERS, POOL, HomeLock, step
from orchestration.home import Home
from orchestration.settings import DBT_PROJECT

#: Key of the metadata in which dagster-dbt stores the dbt node of each spec.
UNIQUE_ID = "dagster_dbt/unique_id"

_RAW_SOURCE = "raw"
_PUBLISHED_SCHEMA = "marts"


class Translator(DagsterDbtTranslator):
    """Names each table's asset as the database names the table, and groups it by its folder of models."""

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """Return the asset of one model, seed or source."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = self.get_resource_props(manifest, unique_id)
        if node["resource_type"] == "source":
            return spec.replace_attributes(key=dg.AssetKey([node["source_name"], node["name"]]))
        subject = node["fqn"][1] if len(node["fqn"]) > 2 else f"{node['resource_type']}s"
        return spec.replace_attributes(
            key=dg.AssetKey([node["schema"], node["name"]]), group_name=subject, owners=spec.owners or OWNERS
        )


def transformed_assets(manifest: Path) -> dg.AssetsDefinition:
    """Return the assets of all models and seeds, with tests as checks; one run of dbt makes them all."""

    @dbt_assets(
        manifest=manifest,
        dagster_dbt_translator=Translator(DagsterDbtTranslatorSettings(enable_code_references=True)),
        name="transform",
        project=DbtProject(DBT_PROJECT),
        pool=POOL,
    )
    def transform(
        context: dg.AssetExecutionContext,
        build: dg.ResourceParam[BuildRun],
        home_lock: dg.ResourceParam[HomeLock],
    ) -> Iterator[Any]:
        """Run dbt over the exposed rows."""
        finished: queue.SimpleQueue[NodeResult | None] = queue.SimpleQueue()
        outcome: Future[None] = Future()

        def dbt() -> None:
            try:
                if tests := _tests_alone(context):
                    build.test(tests, finished.put)
                else:
                    build.transform(_selection(context), finished.put)
                outcome.set_result(None)
            # Keep any error: the step raises it again, so that it does not wait for ever.
            except BaseException as error:
                outcome.set_exception(error)
            finally:
                finished.put(None)

        with step(context, home_lock):
            home_lock.in_background(dbt)
            yield from _events(context, iter(finished.get, None), build.home)
            outcome.result()

    return transform


def raw_relations(assets: dg.AssetsDefinition) -> list[str]:
    """Return the raw relations that the models read."""
    return sorted(key.path[1] for key in assets.dependency_keys if key.path[0] == _RAW_SOURCE)


def published_tables(assets: dg.AssetsDefinition) -> list[dg.AssetKey]:
    """Return the keys of the tables that are published."""
    return sorted(key for key in assets.keys if key.path[0] == _PUBLISHED_SCHEMA)


def _selection(context: dg.AssetExecutionContext) -> list[str]:
    """Return the names of the chosen models; an empty list if all are chosen."""
    specs = list(context.assets_def.specs_by_key.values())
    chosen = [spec for spec in specs if spec.key in context.selected_asset_keys]
    if len(chosen) == len(context.assets_def.keys) and not context.is_subset:
        return []
    return [str(spec.metadata[UNIQUE_ID]).split(".")[2] for spec in chosen]


def _tests_alone(context: dg.AssetExecutionContext) -> list[str]:
    """Names of the chosen tests, where no table was chosen beside them; else nothing."""
    if context.selected_asset_keys:
        return []
    keys = context.selected_asset_check_keys
    chosen = [check for check in context.assets_def.check_specs if check.key in keys]
    return [str((check.metadata or {})[UNIQUE_ID]).split(".")[2] for check in chosen]


def _events(context: dg.AssetExecutionContext, nodes: Iterator[NodeResult], home: Home) -> Iterator[Any]:
    """Yield a materialization or a check result per node, only once per node if dbt has to run again."""
    pages = dg.MetadataValue.path(str(home.data_docs / "index.html"))
    specs = {spec.metadata[UNIQUE_ID]: spec for spec in context.assets_def.specs_by_key.values()}
    checks = {(check.metadata or {}).get(UNIQUE_ID): check for check in context.assets_def.check_specs}
    seen: set[str] = set()
    for node in nodes:
        if node.unique_id in seen:
            continue
        spec, check = specs.get(node.unique_id), checks.get(node.unique_id)
        if spec and node.is_good and spec.key in context.selected_asset_keys:
            rows = {"dagster/row_count": node.rows} if node.rows is not None else {}
            yield dg.MaterializeResult(
                spec.key, metadata={"seconds": round(node.seconds, 2), "Data Docs": pages, **rows}
            )
        elif check and check.key in context.selected_asset_check_keys:
            yield _check_result(check, node)
        else:
            continue
        seen.add(node.unique_id)


def _check_result(check: dg.AssetCheckSpec, node: NodeResult) -> dg.AssetCheckResult:
    severity = dg.AssetCheckSeverity.WARN if node.severity == "warn" else dg.AssetCheckSeverity.ERROR
    return dg.AssetCheckResult(
        passed=node.status == "pass",
        asset_key=check.asset_key,
        check_name=check.name,
        severity=severity,
        description=node.message or None,
        metadata={"rows against it": node.failures or 0, "seconds": round(node.seconds, 2)},
    )
