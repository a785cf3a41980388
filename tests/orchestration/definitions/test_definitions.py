"""What Dagster sees: assets from landing to what is published, their checks, and a run of it all."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from expectations import CheckResult
from expectations.check import blocks_publishing
from expectations.suites import CHECKS
from ingestion.adapters.registry import ADAPTERS
from ingestion.config import Config
from ingestion.errors import StoreError
from ingestion.landing.feed import Feed
from orchestration import connections
from orchestration.build import intake
from orchestration.build import plan as planning
from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.build.dbt.verdicts import NodeResult
from orchestration.build.options import Options
from orchestration.build.run import BuildRun
from orchestration.cli.arguments import main
from orchestration.definitions import jobs
from orchestration.definitions.assets import arrival_days, delivered_key, landed_key
from orchestration.definitions.code_location import definitions_for
from orchestration.definitions.resources import resources_for, run_config
from orchestration.home import Home, lock
from orchestration.settings import Settings
from orchestration.watch.whole_audit import WholeAudit

SECOND_ACCOUNT = Feed("sendgrid_eu", "sendgrid", "sendgrid_eu")


@pytest.fixture(scope="module")
def here(landing: Path, home_after_first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("definitions") / "home"
    shutil.copytree(home_after_first_day, home, symlinks=True)
    return Settings(str(landing), home)


@pytest.fixture(scope="module")
def definitions(here: Settings) -> dg.Definitions:
    manifest = Dbt(Home(here.home)).parse(Variables())
    return definitions_for(here, Config(feeds=(SECOND_ACCOUNT,)), manifest, resources_for(here))


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions) -> dg.AssetGraph:
    return definitions.get_repository_def().asset_graph


def above(graph: dg.AssetGraph, key: dg.AssetKey) -> set[dg.AssetKey]:
    """Everything an asset is made from."""
    found: set[dg.AssetKey] = set()
    waiting = [key]
    while waiting:
        parents = graph.get(waiting.pop()).parent_keys - found
        found |= parents
        waiting.extend(parents)
    return found


def test_every_feed_is_an_asset(graph: dg.AssetGraph) -> None:
    landed = {key.path[1] for key in graph.get_all_asset_keys() if key.path[0] == "landed"}
    assert landed == {*ADAPTERS, "sendgrid_eu"}


def test_lineage_goes_from_every_feed_to_what_is_published(graph: dg.AssetGraph) -> None:
    made_from = above(graph, dg.AssetKey("published"))
    assert {dg.AssetKey(["landed", name]) for name in (*ADAPTERS, "sendgrid_eu")} <= made_from
    assert {dg.AssetKey(["raw", "sendgrid"]), dg.AssetKey(["marts", "mart_email_kpis"])} <= made_from
    missing = graph.get_all_asset_keys() - made_from - {dg.AssetKey("published")}
    assert {key for key in missing if key.path[0] == "marts"} == set()


def test_feeds_of_one_adapter_share_its_relation(graph: dg.AssetGraph) -> None:
    parents = graph.get(dg.AssetKey(["raw", "sendgrid"])).parent_keys
    assert parents == {dg.AssetKey(["landed", "sendgrid"]), dg.AssetKey(["landed", "sendgrid_eu"])}


def test_only_delivered_files_are_made_elsewhere(graph: dg.AssetGraph) -> None:
    assert {key.path[0] for key in graph.external_asset_keys} == {"delivered"}


def test_the_code_location_loads_whole(definitions: dg.Definitions) -> None:
    definitions.get_repository_def().load_all_definitions()


def test_making_all_assets_asks_for_no_partition_and_is_the_job(
    definitions: dg.Definitions, graph: dg.AssetGraph
) -> None:
    for name in (jobs.BUILD, jobs.BUILD_DAYS):
        job = definitions.resolve_job_def(name)
        assert job.partitions_def is None
        assert set(job.asset_layer.executable_asset_keys) == set(graph.materializable_asset_keys)
    assert [key for key in graph.materializable_asset_keys if graph.get(key).partitions_def] == []


def test_every_asset_has_an_owner_a_subject_and_a_kind(graph: dg.AssetGraph) -> None:
    nodes = [graph.get(key) for key in graph.materializable_asset_keys]
    assert [node.key for node in nodes if not (node.owners and node.kinds)] == []
    assert [node.key for node in nodes if "dagster/code_references" not in node.metadata] == []
    groups = {node.group_name for node in nodes}
    assert {"landing", "raw", "email", "web", "journeys", "leads", "published"} <= groups


def test_the_audit_blocks_what_is_published(graph: dg.AssetGraph) -> None:
    blocking = {key.name for key in graph.asset_check_keys if graph.get_check_spec(key).blocking}
    assert {check.name for check in CHECKS if blocks_publishing(check)} <= blocking
    assert blocking.isdisjoint(check.name for check in CHECKS if not blocks_publishing(check))


def test_no_build_starts_by_itself(definitions: dg.Definitions) -> None:
    schedules = definitions.schedules or ()
    assert {schedule.name for schedule in schedules} == {"daily_build", "nightly_audit"}
    for schedule in schedules:
        assert isinstance(schedule, dg.ScheduleDefinition)
        assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    stopped = {
        sensor.name
        for sensor in definitions.sensors or ()
        if sensor.default_status is dg.DefaultSensorStatus.STOPPED
    }
    assert stopped == {"new_files"}


def test_schedule_and_sensor_skip_where_nothing_is_new(here: Settings, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    shutil.copytree(here.landing, landing, ignore=shutil.ignore_patterns("2026-01-02"))
    old = Settings(str(landing), here.home)
    for settings, is_new in ((here, True), (old, False)):
        with dg.build_schedule_context() as context:
            tick = jobs.daily_build(settings).evaluate_tick(context)
        assert bool(tick.run_requests) is is_new
        assert bool(tick.skip_message) is not is_new
        with dg.build_sensor_context() as context:
            look = jobs.landing_sensor(settings).evaluate_tick(context)
        assert bool(look.run_requests) is is_new
        assert bool(look.skip_message) is not is_new


def test_the_sensor_asks_once_for_the_same_files_and_not_while_a_build_is_at_work(here: Settings) -> None:
    def tick() -> object:
        with dg.build_sensor_context() as context:
            return jobs.landing_sensor(here).evaluate_tick(context)

    keys = {request.run_key for _ in range(2) for request in tick().run_requests}  # type: ignore[attr-defined]
    assert len(keys) == 1 and None not in keys
    with lock.hold(Home(here.home).lock):
        assert "is building" in str(tick().skip_message)  # type: ignore[attr-defined]


def test_a_run_that_meets_a_held_home_waits_and_then_skips(
    definitions: dg.Definitions, here: Settings
) -> None:
    config = run_config(Options())
    config["resources"]["home_lock"] = {"config": {"busy_tries": 2, "busy_seconds": 0}}
    job = definitions.resolve_job_def(jobs.BUILD)
    with lock.hold(Home(here.home).lock):
        result = job.execute_in_process(run_config=config)
    kinds = [event.event_type for event in result.all_events]
    assert result.success
    assert kinds.count(dg.DagsterEventType.STEP_UP_FOR_RETRY) == 2
    assert result.get_asset_materialization_events() == []
    assert not [event for event in result.all_events if event.is_step_failure]


def test_a_step_is_tried_again_where_the_network_failed_it_and_not_where_it_was_refused(
    definitions: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.definitions.home_lock.PAUSES", (0, 0))
    job = definitions.resolve_job_def(jobs.BUILD)
    for may_pass, retries in ((True, 2), (False, 0)):

        def fail(*_: object, may_pass: bool = may_pass) -> None:
            raise StoreError("s3://bucket: not now", may_pass=may_pass)

        monkeypatch.setattr(BuildRun, "land", fail)
        monkeypatch.setattr(BuildRun, "is_up_to_date", lambda _: False)
        result = job.execute_in_process(raise_on_error=False)
        kinds = [event.event_type for event in result.all_events]
        assert not result.success
        assert kinds.count(dg.DagsterEventType.STEP_UP_FOR_RETRY) == retries


def test_a_backfill_of_many_days_is_one_run_and_reads_no_other_day(
    definitions: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Options] = []

    def is_up_to_date(build: BuildRun) -> bool:
        asked.append(build.options)
        return True

    monkeypatch.setattr(BuildRun, "is_up_to_date", is_up_to_date)
    job = definitions.resolve_job_def(jobs.BUILD_DAYS)
    assert job.execute_in_process({"from_day": "2026-01-01", "to_day": "2026-03-31"}).success
    assert asked == [Options(date(2026, 1, 1), date(2026, 3, 31))]
    with pytest.raises(dg.DagsterInvalidConfigError, match="to_day"):
        job.execute_in_process({"from_day": "2026-01-01"})


def test_a_failed_run_is_said_and_posted(monkeypatch: pytest.MonkeyPatch) -> None:
    @dg.op
    def fails() -> None:
        raise dg.Failure("the disk is full")

    @dg.job
    def build() -> None:
        fails()

    posted: list[str] = []
    monkeypatch.setattr(jobs.Alerts, "after_failure", lambda _, *texts: posted.append(" ".join(texts)))
    with dg.DagsterInstance.ephemeral() as instance:
        result = build.execute_in_process(instance=instance, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            "failed_builds", result.get_run_failure_event(), instance, result.dagster_run
        ).for_run_failure()
        jobs.failure_sensor(context)
    assert len(posted) == 1 and "fails" in posted[0] and "the disk is full" in posted[0]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-01-40", None, "'2026-01-40' is not a day: write it as 2026-01-31"),
        ("2026-01-02", "2026-01-01", "the first day, 2026-01-02, is after the last, 2026-01-01: swap them"),
    ],
)
def test_days_that_make_no_range_are_refused_in_the_words_of_the_command_line(
    definitions: dg.Definitions,
    capsys: pytest.CaptureFixture[str],
    first: str,
    last: str | None,
    words: str,
) -> None:
    job = definitions.resolve_job_def(jobs.BUILD)
    config = run_config(Options())
    config["resources"]["build"]["config"] |= {"from_day": first, "to_day": last}
    with pytest.raises(dg.DagsterError) as refused:
        job.execute_in_process(run_config=config)
    assert words in str(refused.value.__cause__)
    arguments = ["build", "--from", first, *(("--to", last) if last else ())]
    with contextlib.suppress(SystemExit):
        assert main(arguments) == 2
    assert words in capsys.readouterr().err


def test_a_run_reports_the_days_that_got_files_and_one_with_nothing_new_does_nothing(
    definitions: dg.Definitions, here: Settings
) -> None:
    job = definitions.resolve_job_def(jobs.BUILD)
    config = run_config(Options())
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(run_config=config, instance=instance)
        assert result.success
        days = instance.get_materialized_partitions(delivered_key("sendgrid"))
        assert days == {"2026-01-02"}, "the first day was there before"
        assert instance.get_dynamic_partitions(arrival_days("sendgrid").name) == ["2026-01-02"]
        assert instance.get_materialized_partitions(delivered_key("sendgrid_eu")) == set()
        checks = {check.check_name for check in result.get_asset_check_evaluations()}
    assert {"files_readable", "quarantine_share", "arrival_files_are_clean"} <= checks
    made = result.asset_materializations_for_node("transform")
    counted = {
        one.asset_key.path[1]: one.metadata["dagster/row_count"].value
        for one in made
        if one.asset_key.path[0] == "marts" and "dagster/row_count" in one.metadata
    }
    with connections.read(here.home / "published" / "insights.duckdb") as connection:
        rows = {name: connection.table(f"marts.{name}").shape[0] for name in counted}
    assert "mart_email_kpis" in counted and counted == rows
    published = (here.home / "published").resolve()
    again = job.execute_in_process(run_config=config)
    assert again.success
    assert again.get_asset_materialization_events() == []
    assert (here.home / "published").resolve() == published


@pytest.mark.parametrize("name", ["arrival_files_are_clean", "primary_key_mart_email_kpis_email_id"])
def test_executing_one_check_leaves_the_next_build_as_it_would_be(
    definitions: dg.Definitions, graph: dg.AssetGraph, here: Settings, name: str
) -> None:
    def builds() -> list[planning.BuildRow]:
        with intake.read_ledger(Home(here.home)) as ledger:
            return planning.earlier_builds(ledger)

    before = builds()
    key = next(key for key in graph.asset_check_keys if key.name == name)
    one = dg.define_asset_job("one", selection=dg.AssetSelection.checks(key))
    job = dg.Definitions.merge(definitions, dg.Definitions(jobs=[one])).resolve_job_def("one")
    result = job.execute_in_process()
    assert [check.check_name for check in result.get_asset_check_evaluations()] == [key.name]
    assert builds() == before
    assert not BuildRun(here, Options(), progress=lambda _: None).plan.full_refresh


def test_the_nightly_audit_fails_where_a_row_is_wrong_and_builds_nothing(
    definitions: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    red = CheckResult("sums_agree", "audit", "marts.t", False, "7 too many", "none", "7 too many in marts.t")
    for found, is_good in (([], True), ([red], False)):
        monkeypatch.setattr(
            "orchestration.definitions.whole_audit.audit_whole",
            lambda *_, found=found: WholeAudit("b", found),
        )
        result = definitions.resolve_job_def("whole_audit").execute_in_process(raise_on_error=False)
        assert result.success is is_good
        assert result.get_asset_materialization_events() == []
    (failed,) = result.get_step_failure_events()
    assert "sums_agree" in failed.step_failure_data.error_display_string


def test_tables_are_reported_while_dbt_is_at_work(
    definitions: dg.Definitions, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = dg.AssetKey(["marts", "mart_email_kpis"])
    node = NodeResult(
        "model.touchpoint.mart_email_kpis", key.path[1], "model", "success", "", None, 1.0, "error", None, 7
    )

    def build(*_: object, on_node: Callable[[NodeResult], None], **__: object) -> list[NodeResult]:
        on_node(node)
        for _second in range(20):
            if instance.get_latest_materialization_event(key):
                return [node]
            time.sleep(1)
        raise AssertionError("not reported before dbt has ended")

    monkeypatch.setattr(Dbt, "build", build)
    home = here.home.with_name("while_dbt_is_at_work")
    shutil.copytree(here.home, home, symlinks=True)
    elsewhere = Settings(here.landing, home)
    manifest = Dbt(Home(here.home)).manifest_path
    job = definitions_for(elsewhere, Config(), manifest, resources_for(elsewhere)).resolve_job_def("build")
    with dg.DagsterInstance.ephemeral() as instance:
        assert job.execute_in_process(instance=instance, asset_selection=[key]).success


def test_some_marts_can_be_made_again_alone(definitions: dg.Definitions, here: Settings) -> None:
    published = (here.home / "published").resolve()
    key = dg.AssetKey(["marts", "mart_email_kpis"])
    job = definitions.resolve_job_def(jobs.BUILD)
    result = job.execute_in_process(run_config=run_config(Options()), asset_selection=[key])
    assert {event.asset_key for event in result.get_asset_materialization_events()} == {key}
    assert (here.home / "published").resolve() == published


def test_a_range_of_days_is_read_in_one_run(definitions: dg.Definitions, here: Settings) -> None:
    home = here.home.with_name("range")
    elsewhere = Settings(here.landing, home)
    manifest = Dbt(Home(here.home)).manifest_path
    job = definitions_for(elsewhere, Config(), manifest, resources_for(elsewhere)).resolve_job_def("build")
    config = run_config(Options(from_day=date(2026, 1, 2), to_day=date(2026, 1, 2)))
    with dg.DagsterInstance.ephemeral() as instance:
        job.execute_in_process(run_config=config, asset_selection=[landed_key("sendgrid")], instance=instance)
        assert instance.get_materialized_partitions(delivered_key("sendgrid")) == {"2026-01-02"}
