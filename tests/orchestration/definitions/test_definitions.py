"""What Dagster sees: assets from landing to what is published, their checks, and a run of it all."""

from __future__ import annotations

import contextlib
import shutil
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from ingestion.adapters.registry import ADAPTERS
from ingestion.config import Config
from ingestion.landing.feed import Feed
from orchestration import lock
from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.build.run import Options
from orchestration.cli import app
from orchestration.definitions import jobs
from orchestration.definitions.code_location import definitions_for
from orchestration.definitions.resources import run_config, scheduled_build
from orchestration.errors import HomeIsBusyError
from orchestration.home import Home
from orchestration.settings import Settings

SECOND_ACCOUNT = Feed("sendgrid_eu", "sendgrid", "sendgrid_eu")


@pytest.fixture(scope="module")
def here(landing: Path, home_after_first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("definitions") / "home"
    shutil.copytree(home_after_first_day, home, symlinks=True)
    return Settings(str(landing), home)


@pytest.fixture(scope="module")
def definitions(here: Settings) -> dg.Definitions:
    manifest = Dbt(Home(here.home)).parse(Variables())
    return definitions_for(here, Config(feeds=(SECOND_ACCOUNT,)), manifest, scheduled_build(here))


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


def test_no_asset_is_outside_the_house(graph: dg.AssetGraph) -> None:
    assert graph.external_asset_keys == set()


def test_the_audit_blocks_what_is_published(graph: dg.AssetGraph) -> None:
    blocking = {key.name for key in graph.asset_check_keys if graph.get_check_spec(key).blocking}
    assert "arrival_files_are_clean" not in blocking
    assert len(blocking) > 20


def test_nothing_runs_by_itself(definitions: dg.Definitions, here: Settings) -> None:
    (schedule,) = definitions.schedules or ()
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED


def test_the_schedule_skips_a_day_without_files(here: Settings, tmp_path: Path) -> None:
    schedule = jobs.daily_build(here)
    with dg.build_schedule_context() as context:
        assert schedule.evaluate_tick(context).run_requests
    landing = tmp_path / "landing"
    shutil.copytree(here.landing, landing, ignore=shutil.ignore_patterns("2026-01-02"))
    with dg.build_schedule_context() as context:
        tick = jobs.daily_build(Settings(str(landing), here.home)).evaluate_tick(context)
    assert tick.skip_message


def test_a_run_turns_away_where_the_home_is_held(definitions: dg.Definitions, here: Settings) -> None:
    job = definitions.resolve_job_def(jobs.BUILD)
    with lock.hold(Home(here.home).lock), pytest.raises(dg.DagsterError) as refused:
        job.execute_in_process(run_config=run_config(Options()))
    assert isinstance(refused.value.__cause__, HomeIsBusyError)


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
    assert str(refused.value.__cause__) == words
    arguments = ["build", "--from", first, *(("--to", last) if last else ())]
    with contextlib.suppress(SystemExit):
        assert app.main(arguments) == 2
    assert words in capsys.readouterr().err


def test_a_run_reports_the_days_that_got_files(definitions: dg.Definitions, here: Settings) -> None:
    job = definitions.resolve_job_def(jobs.BUILD)
    options = Options(to_day=date(2026, 1, 2))
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(run_config=run_config(options), instance=instance)
        assert result.success
        days = instance.get_materialized_partitions(dg.AssetKey(["landed", "sendgrid"]))
        assert days == {"2026-01-02"}, "the first day was there before"
        assert instance.get_materialized_partitions(dg.AssetKey(["landed", "sendgrid_eu"])) == set()
        checks = {check.check_name for check in result.get_asset_check_evaluations()}
    assert {"files_readable", "quarantine_share", "arrival_files_are_clean"} <= checks
    with lock.hold(Home(here.home).lock):
        pass  # the run has let go of the home


def test_some_marts_can_be_made_again_alone(definitions: dg.Definitions, here: Settings) -> None:
    published = (here.home / "published").resolve()
    key = dg.AssetKey(["marts", "mart_email_kpis"])
    job = definitions.resolve_job_def(jobs.BUILD)
    result = job.execute_in_process(run_config=run_config(Options()), asset_selection=[key])
    assert {event.asset_key for event in result.get_asset_materialization_events()} == {key}
    assert (here.home / "published").resolve() == published


def test_a_range_of_days_is_read_in_one_run(definitions: dg.Definitions, here: Settings) -> None:
    job = definitions.resolve_job_def(jobs.BUILD)
    key = dg.AssetKey(["landed", "sendgrid"])
    tags = {
        "dagster/asset_partition_range_start": "2026-01-01",
        "dagster/asset_partition_range_end": "2026-01-02",
    }
    with dg.DagsterInstance.ephemeral() as instance:
        job.execute_in_process(
            run_config=run_config(Options()), asset_selection=[key], tags=tags, instance=instance
        )
        assert instance.get_materialized_partitions(key) == {"2026-01-01", "2026-01-02"}
