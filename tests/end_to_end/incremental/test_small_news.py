"""What a handful of events costs a warehouse with a history: the work that a build does, never its seconds."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper

from engines.duckdb import STORAGE_VERSION
from orchestration.build.dbt import verdicts
from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.build.dbt.unchanged import UnchangedNodes
from orchestration.build.dbt.verdicts import NodeResult
from orchestration.build.options import Options
from orchestration.build.run import BuildRun, Published
from orchestration.home import Home
from orchestration.settings import Settings
from tests.harness.worlds import World, ask, build, quick_builds

pytestmark = pytest.mark.slow

#: Two events about one message that no build has seen, to somebody of the world.
EVENTS = """\
{{"email": "{address}", "timestamp": 1768000000, "event": "delivered", "sg_event_id": "n1", "sg_message_id": "n.r1"}}
{{"email": "{address}", "timestamp": 1768000060, "event": "open", "sg_event_id": "n2", "sg_message_id": "n.r1"}}
"""
#: Nodes that two events may set to work, of some 350: the e-mail chain, and what lists files.
MOST_MODELS, MOST_TESTS = 60, 75
#: Models of those whose rows may be computed: of the others, no cell is touched.
MOST_COMPUTED = 40
#: How dbt computes the rows of an incremental model that are new, or may be.
_COMPUTED = re.compile(r'create temporary table "(\w+)__dbt_tmp\d+" as \(')
#: Published tables that they may change, of some 90.
MOST_TABLES = 45
#: Checks that may be asked of all rows, of some 140.
MOST_WHOLE = 45


@dataclass(frozen=True)
class Day:
    """A build of two events on top of a world, and the Parquet files and Data Docs of the build before it.

    computed: names of incremental models whose rows were computed.
    """

    home: Home
    published: Published
    nodes: UnchangedNodes
    before: Path
    computed: frozenset[str]

    @property
    def models_run(self) -> int:
        """How many models ran."""
        return len(self._of_type("model"))

    @property
    def tests_run(self) -> int:
        """How many of dbt's tests ran."""
        return len(self._of_type("test"))

    def _of_type(self, resource_type: str) -> list[str]:
        nodes = self.nodes.manifest.nodes.values()
        chosen = [node for node in nodes if node.resource_type == resource_type]
        ran = [node for node in chosen if node.unique_id not in self.nodes.standing]
        return [node.name for node in ran if getattr(node.config, "materialized", "") != "view"]


@pytest.fixture(scope="module")
def day(clean_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("small")
    landing, home = folder / "landing", Home(folder / "home")
    shutil.copytree(clean_world.landing, landing)
    shutil.copytree(clean_world.home, home.root, symlinks=True)
    [(address,)] = ask(home.root, "select min(email) from dim_contact where email like '%@%'")
    file = landing / "sendgrid" / "2026-01-10" / "news.ndjson"
    file.parent.mkdir(parents=True)
    file.write_text(EVENTS.format(address=address), encoding="utf-8")
    before = home.published_build
    assert before is not None
    kept: list[UnchangedNodes] = []

    class Watched(UnchangedNodes):
        def conclude(self) -> None:
            super().conclude()
            kept.append(self)

    computed: set[str] = set()
    execute = DuckDBCursorWrapper.execute

    def watched(self: Any, sql: str, bindings: Any = None) -> Any:
        computed.update(_COMPUTED.findall(sql))
        return execute(self, sql, bindings)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("orchestration.build.dbt.runner.UnchangedNodes", Watched)
        patched.setattr(DuckDBCursorWrapper, "execute", watched)
        settings = Settings(
            home=home.root, landing=str(landing), config=clean_world.folder / "touchpoint.yml"
        )
        published = BuildRun(settings, Options(), lambda _: None).take_all_steps()
    yield Day(home, published, kept[0], before, frozenset(computed))


def test_two_events_set_few_nodes_to_work(day: Day) -> None:
    assert day.models_run <= MOST_MODELS
    assert day.tests_run <= MOST_TESTS


def test_models_of_which_no_cell_is_touched_are_not_computed(day: Day) -> None:
    assert {"int_interactions", "fct_email_events", "fct_email_messages"} <= day.computed
    assert len(day.computed) <= MOST_COMPUTED


def test_two_events_rewrite_few_files(day: Day) -> None:
    files = sorted((day.published.folder / "parquet").iterdir())
    linked = [file.name for file in files if file.samefile(day.before / "parquet" / file.name)]
    assert len(files) - len(linked) <= MOST_TABLES
    assert {"fct_website_visits.parquet", "mart_form_kpis.parquet"} <= set(linked)
    assert "fct_email_events.parquet" not in linked


def test_files_are_in_the_format_of_a_new_one(day: Day) -> None:
    files = [day.home.insights, day.home.work, day.published.folder / "insights.duckdb"]
    with duckdb.connect() as connection:
        for place, file in enumerate(files):
            connection.execute(f"attach '{file}' as file_{place} (read_only)")
        versions = connection.execute(
            "select distinct tags['storage_version'] from duckdb_databases() where database_name like 'file%'"
        ).fetchall()
    assert versions == [(f"{STORAGE_VERSION}+",)]


def test_suites_of_unchanged_tables_keep_their_pages(day: Day) -> None:
    now, then = (
        folder / "data_docs" / "validations" / "marts" for folder in (day.published.folder, day.before)
    )
    page = next((then / "fct_website_visits").rglob("*.html")).relative_to(then)
    assert (now / page).exists()
    assert not list((now / "fct_email_events").rglob(f"{day.before.name}/**/*.html"))
    assert len(day.published.checks) == len(ask(day.before.parent.parent, "from build_checks"))


def test_few_checks_are_asked_of_all_rows(day: Day) -> None:
    now, then = (
        json.loads((folder / "data_docs" / "verdicts.json").read_text(encoding="utf-8"))
        for folder in (day.published.folder, day.before)
    )
    asked_before = {whole for _, _, whole in then}
    again = {result["check_name"] for _, result, whole in now if whole not in asked_before}
    assert 0 < len(again) <= MOST_WHOLE
    assert not again & {"email_messages_recounted_from_events", "contact_timeline_has_every_interaction"}
    observed = {check.check_name: check.observed for check in day.published.checks}
    assert re.fullmatch(
        r"0 of 1 messages differ \(asked of what changed, of all rows on .* UTC\)",
        observed["email_messages_recounted_from_events"],
    )


def test_parquet_files_hold_what_the_tables_hold(day: Day) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{day.published.folder / 'insights.duckdb'}' as day (read_only)")
        different = [
            file.stem
            for file in sorted((day.published.folder / "parquet").iterdir())
            if connection.execute(
                f"select 1 from ((from day.marts.{file.stem} except all from '{file}')"
                f" union all (from '{file}' except all from day.marts.{file.stem})) limit 1"
            ).fetchall()
        ]
    assert different == []


def test_the_build_equals_one_made_anew(day: Day, tmp_path: Path) -> None:
    landing = day.home.root.parent / "landing"
    with quick_builds():
        build(landing, tmp_path / "home")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{day.published.folder / 'insights.duckdb'}' as day (read_only)")
        connection.execute(f"attach '{tmp_path / 'home/published/insights.duckdb'}' as anew (read_only)")
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'anew' and schema_name = 'marts'"
        ).fetchall()
        different = [
            table
            for (table,) in tables
            if table not in ("build_info", "build_checks", "build_history")
            and connection.execute(
                f"select 1 from ((from day.marts.{table} except all from anew.marts.{table})"
                f" union all (from anew.marts.{table} except all from day.marts.{table})) limit 1"
            ).fetchall()
        ]
    assert different == []


def test_an_error_while_a_standing_node_is_told_ends_the_run(day: Day) -> None:
    def fail(node: NodeResult) -> None:
        if node.name.startswith("primary_key_fct_website_visits"):
            raise ValueError("nobody listens")

    with pytest.raises(ValueError, match="nobody listens"):
        Dbt(day.home).build(Variables("UTC"), full_refresh=False, progress=lambda _: None, on_node=fail)


def test_a_test_without_a_kept_verdict_runs(day: Day, tmp_path: Path) -> None:
    kept = verdicts.read(day.home.dbt / "verdicts.json")
    assert len(kept) > 200
    spoiled = tmp_path / "verdicts.json"
    spoiled.write_text(json.dumps([{"unique_id": "test.a", "of": "another version"}]), encoding="utf-8")
    assert verdicts.read(spoiled) == {}
    nodes = UnchangedNodes(day.nodes.manifest, lambda _: False, ())
    a_test = next(node for node in day.nodes.manifest.nodes.values() if node.resource_type == "test")
    assert not nodes.stands(a_test)
