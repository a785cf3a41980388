"""A run that failed is executed again from the step that failed, also by a process that knows nothing of it."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import dagster as dg
import pytest

import expectations
from expectations import CheckResult
from expectations.suites import CHECKS
from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.build.dbt.verdicts import NodeResult
from orchestration.build.run import OnNode
from orchestration.cli.arguments import main
from orchestration.definitions.assets import PUBLISHED, delivered_key
from orchestration.definitions.code_location import defs
from orchestration.home import Home
from orchestration.publish import publish
from orchestration.settings import CHECKOUT


def all_are_green(*_: object) -> list[CheckResult]:
    """Stands for the audit."""
    return [CheckResult(check.name, check.kind, check.table, True, "", "", "") for check in CHECKS]


def one_is_red(*_: object) -> list[CheckResult]:
    first, *rest = all_are_green()
    return [dataclasses.replace(first, kind="audit", passed=False, observed="7 too many"), *rest]


@pytest.fixture
def dbt_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build reports every node of the dbt project as good, and leaves the tables as they are."""

    def build(
        dbt: Dbt, variables: Variables, *, on_node: OnNode | None = None, **_: object
    ) -> list[NodeResult]:
        manifest = json.loads(dbt.parse(variables).read_text(encoding="utf-8"))
        order = TopologicalSorter(manifest["parent_map"]).static_order()
        nodes = [
            NodeResult(
                node["unique_id"],
                node["name"],
                node["resource_type"],
                "pass" if node["resource_type"] == "test" else "success",
                *("", 0, 0.0, "error", None),
            )
            for node in (manifest["nodes"].get(unique_id) for unique_id in order)
            if node
        ]
        for node in nodes if on_node else ():
            on_node(node)  # type: ignore[misc]
        return nodes

    monkeypatch.setattr(Dbt, "build", build)


@cache
def definitions_of(home: str) -> dg.Definitions:
    """What Dagster sees of the home that the environment names, kept for it: making it takes seconds."""
    definitions = defs()
    assert isinstance(definitions, dg.Definitions)
    return definitions


def job_of_the_environment() -> dg.JobDefinition:
    return definitions_of(os.environ["TOUCHPOINT_HOME"]).resolve_job_def("build")


def execute_again(instance: dg.DagsterInstance, run_id: str | None = None) -> dg.JobExecutionResult:
    """Run the job, or what is left of a failed run of it, as Dagster's own launcher does."""
    again = dg.ReexecutionOptions.from_failure(run_id, instance) if run_id else None
    with dg.execute_job(
        dg.reconstructable(job_of_the_environment), instance, reexecution_options=again
    ) as result:
        return result


def steps(result: dg.JobExecutionResult) -> set[str | None]:
    return {event.step_key for event in result.all_events if event.is_step_start}


@pytest.mark.slow
@pytest.mark.usefixtures("dbt_does_nothing")
def test_a_failed_run_goes_on_from_the_step_that_failed(
    landing: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dagster").mkdir()
    environment = {
        "DAGSTER_HOME": str(tmp_path / "dagster"),
        "TOUCHPOINT_HOME": str(home),
        "TOUCHPOINT_LANDING": str(landing),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    before = Home(home).published_build
    with dg.DagsterInstance.get() as instance:
        with monkeypatch.context() as patch:
            patch.setattr(expectations, "judge", one_is_red)
            failed = execute_again(instance)
        assert not failed.success
        assert Home(home).published_build == before

        with monkeypatch.context() as patch:
            patch.setattr(expectations, "judge", all_are_green)
            patch.setattr(publish, "publish", full_disk)
            audited = execute_again(instance, failed.run_id)
        assert not audited.success
        assert steps(audited) == {"audit", "published"}
        run_id = audited.run_id
    again = (
        "import sys, dagster as dg\n"
        "from tests.orchestration.definitions.test_reexecution import execute_again, steps\n"
        "with dg.DagsterInstance.get() as instance:\n"
        "    print(sorted(steps(execute_again(instance, sys.argv[1]))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", again, run_id],
        cwd=CHECKOUT,
        env={**os.environ, **environment, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "['published']"
    assert Home(home).published_build != before


def full_disk(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.slow
@pytest.mark.usefixtures("dbt_does_nothing")
def test_a_build_of_the_command_line_is_reported_to_the_instance_beside_its_home(
    landing: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expectations, "judge", all_are_green)
    monkeypatch.setenv("DAGSTER_HOME", "")  # what the build sets is taken back
    instance_folder = home.parent / "dagster"
    instance_folder.mkdir()
    (instance_folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    assert main(["build", "--landing", str(landing), "--home", str(home)]) == 0
    with dg.DagsterInstance.from_config(str(instance_folder)) as instance:
        assert instance.get_latest_materialization_event(PUBLISHED)
        days = instance.get_materialized_partitions(delivered_key("sendgrid"))
    assert days == {"2026-01-01", "2026-01-02"}, "also those of builds that were not reported"
