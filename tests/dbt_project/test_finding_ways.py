"""Groups, access, exposures, selectors, freshness and the docs: what helps to find one's way in the project."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import duckdb
import pytest
import yaml

from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.home import Home
from orchestration.settings import DBT_PROJECT
from tests.dbt_project.conftest import create_raw_relations
from tests.harness.paths import CHECKOUT

#: Folders of models; `_project` holds what is about all of them.
SUBJECTS = {path.name for path in (DBT_PROJECT / "models").iterdir()} - {"_project"}


def models(manifest: Any) -> list[Any]:
    return [node for node in manifest.nodes.values() if node.resource_type == "model"]


def subject(node: Any) -> str:
    return str(node.fqn[1])


def test_a_subject_is_a_group_with_an_owner(manifest: Any) -> None:
    groups = {group.name: group for group in manifest.groups.values()}
    assert groups.keys() == SUBJECTS
    assert all(group.owner.name and group.owner.email for group in groups.values())
    assert not [node.name for node in models(manifest) if node.config.group != subject(node)]


def test_published_models_are_public_and_nothing_is_open_that_need_not_be(manifest: Any) -> None:
    readers: dict[str, set[str]] = {node.unique_id: set() for node in models(manifest)}
    for node in models(manifest):
        for name in node.depends_on.nodes:
            if name in readers:
                readers[name].add(subject(node))
    for node in models(manifest):
        lent = bool(readers[node.unique_id] - {subject(node)})
        own = "protected" if lent or subject(node) in ("core", "staging") else "private"
        assert node.access == ("public" if node.schema == "marts" else own), node.name


def test_the_exposures_are_what_the_app_reads_by_subject_and_everything_for_bi(manifest: Any) -> None:
    words = {
        word
        for path in (CHECKOUT / "insights_app").rglob("*.sql")
        for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))
    }
    expected: dict[str, set[str]] = {"bi_tools": set()}
    for node in models(manifest):
        if node.access != "public":
            continue
        if node.name in words:
            expected.setdefault(f"insights_{subject(node)}", set()).add(node.name)
        if node.name not in words or node.name.startswith(("dim_", "fct_")):
            expected["bi_tools"].add(node.name)
    assert {
        exposure.name: {manifest.nodes[node].name for node in exposure.depends_on.nodes}
        for exposure in manifest.exposures.values()
    } == expected
    assert all(exposure.owner.email for exposure in manifest.exposures.values())


def test_selectors_choose_their_subject_and_together_everything(dbt: Dbt, manifest: Any) -> None:
    written = yaml.safe_load((DBT_PROJECT / "selectors.yml").read_text(encoding="utf-8"))["selectors"]
    assert {selector["name"] for selector in written} == SUBJECTS
    chosen: set[str] = set()
    for name in SUBJECTS:
        arguments = ["ls", "--selector", name, "--resource-type", "model", "--output", "name"]
        selected = set(dbt._invoke([*arguments, "--quiet"], []).result)
        own = {node.name for node in models(manifest) if subject(node) == name}
        assert own and own <= selected, name
        assert name != "staging" or own == selected
        assert name == "staging" or any(each.startswith("stg_") for each in selected)
        chosen |= selected
    assert chosen == {node.name for node in models(manifest)}


def test_lists_of_touched_cells_are_hidden_and_nothing_else(manifest: Any) -> None:
    hidden = {node.name for node in models(manifest) if not node.docs.show}
    assert hidden == {node.name for node in models(manifest) if node.name.endswith("_touched")}


def test_a_colour_is_a_layer(manifest: Any) -> None:
    colours: dict[str, set[str]] = {}
    for node in models(manifest):
        colours.setdefault(node.docs.node_color, set()).add(node.name.split("_")[0])
    layers = [layers - {"build", "quarantine"} for layers in colours.values()]
    assert sorted(layers, key=sorted) == [{"dim"}, {"fct"}, {"int"}, {"mart"}, {"stg"}]


@pytest.mark.parametrize(
    ("name", "metric", "mart"),
    [
        ("open rate", "open_rate", "mart_email_kpis"),
        ("CTR", "click_rate", "mart_email_kpis"),
        ("click-through rate", "click_rate", "mart_email_domains"),
        ("deliverability", "delivery_rate", "mart_email_kpis"),
        ("bounce rate", "hard_bounce_rate", "mart_email_kpis"),
        ("unsubscribe rate", "unsubscribe_rate", "mart_email_kpis"),
        ("spam complaints", "feedback_loops", None),
        ("campaign", None, "mart_email_kpis"),
    ],
)
def test_the_docs_search_finds_usual_names(
    manifest: Any, name: str, metric: str | None, mart: str | None
) -> None:
    """The search of dbt docs: every word in the name, label, description or a column's name or description."""
    words = re.findall(r"\w+", name.lower())

    def found(*texts: str) -> bool:
        return any(all(word in text.lower() for word in words) for text in texts)

    if metric:
        entry = manifest.metrics[f"metric.touchpoint.{metric}"]
        assert found(entry.label, entry.description)
    if mart:
        node = manifest.nodes[f"model.touchpoint.{mart}"]
        columns = (column.description for column in node.columns.values())
        assert found(node.description, *node.columns, *columns)


def test_the_ways_that_the_overview_draws_are_ways(manifest: Any) -> None:
    overview = (DBT_PROJECT / "models" / "_project" / "overview.md").read_text(encoding="utf-8")
    # Without the question mark before the `#` the page is not loaded anew, and draws nothing.
    ways = [unquote(way).split() for way in re.findall(r"\(\?\w+#!/overview\?g_v=1&g_i=([^)]+)\)", overview)]
    assert len(ways) == 2
    nodes = {node.name: node for node in (*models(manifest), *manifest.exposures.values())}
    nodes |= {f"raw.{node.name}": node for node in manifest.sources.values()}
    for way in ways:
        steps = [nodes[step.rpartition(":")[2]] for step in way]
        assert steps[0].resource_type == "source" and steps[-1].resource_type == "exposure"
        for before, after in itertools.pairwise(steps):
            assert before.unique_id in after.depends_on.nodes, f"{after.name} does not read {before.name}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("freshness") / "home")
    home.build.mkdir(parents=True)
    create_raw_relations(home.work)
    return home


@pytest.mark.parametrize(("days", "status"), [(1, "pass"), (3, "warn"), (5, "error")])
def test_freshness_is_told_by_the_newest_day_that_arrived(
    home: Home, manifest: Any, days: int, status: str
) -> None:
    newest = datetime.now(UTC).date() - timedelta(days=days)
    # The log of changes of a killed build is there still, and must be so afterwards.
    with duckdb.connect(str(home.work)) as work:
        work.execute("create schema if not exists changes")
        work.execute("create or replace table changes.noted as select 1 as cell")
        work.execute("delete from raw.files")
        work.execute(
            "insert into raw.files (file_id, arrival_date) values (1, ?), (2, ?)",
            [newest, newest - timedelta(days=30)],
        )
    dbt = Dbt(home)
    dbt.parse(Variables())
    outcome = dbt._invoke(["source", "freshness", "--vars", Variables().as_json()], [])
    statuses = {result.node.name: str(result.status) for result in outcome.result}
    assert statuses["files"] == status
    with duckdb.connect(str(home.work), read_only=True) as work:
        assert work.execute("select count(*) from changes.noted").fetchall() == [(1,)]


#: Ids beside which a mart has no name: contacts and leads are people; the timelines name each row's entity.
NAMELESS = {
    ("mart_lead_timeline", "lead_scoring_model_id"),
}


def test_a_mart_names_what_it_has_the_id_of(manifest: Any) -> None:
    models = {node.name: node for node in manifest.nodes.values() if node.resource_type == "model"}
    named = {
        name.removeprefix("dim_").removeprefix("journey_")
        for name, node in models.items()
        if name.startswith("dim_") and "name" in node.columns
    } | {"journey"}
    nameless = {
        (mart, column)
        for mart, node in models.items()
        if mart.startswith("mart_")
        for column in node.columns
        if any(re.fullmatch(rf"(\w+_)?{entity}_id", column) for entity in named)
        and not {f"{column.removesuffix('_id')}_name", "name"} & node.columns.keys()
    }
    assert nameless == NAMELESS
