"""No statement of a build compares everything with everything, however large its tables become."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.rules import RowsKeepRule
from expectations.suites import CHECKS
from ingestion.adapters.registry import ADAPTERS
from orchestration.home import Home
from simulator import FAULTS, simulate
from tests.end_to_end.conftest import build
from tests.end_to_end.incremental.plans import Planned, plan_of, planned, quadratic_joins
from tests.providers.cases import cases

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Builds:
    """What two builds of one home sent: everything anew, then what arrived on two more days."""

    home: Home
    full: list[Planned]
    incremental: list[Planned]


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    folder = tmp_path_factory.mktemp("plans")
    landing, home = folder / "landing", folder / "home"
    simulate(landing, contacts=120, days=7, seed=11, faults=list(FAULTS))
    _deliver_what_is_not_simulated(landing)
    with planned() as full:
        build(landing, home, "--to", "2026-01-05")
    with planned() as incremental:
        build(landing, home)
    return Builds(Home(home), full, incremental)


def _deliver_what_is_not_simulated(landing: Path) -> None:
    """The fixtures of providers without an emitter."""
    simulated = {feed.name for feed in landing.iterdir()}
    for case in cases():
        for name, text in case.files.items() if case.provider not in simulated else ():
            path = landing / case.provider / case.arrival / case.feed / name
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")


@pytest.fixture(params=["full", "incremental"])
def sent(builds: Builds, request: pytest.FixtureRequest) -> list[Planned]:
    """The statements of each build."""
    found: list[Planned] = getattr(builds, request.param)
    return found


def test_no_statement_compares_everything_with_everything(sent: list[Planned]) -> None:
    found = {
        f"{statement.node or _shown(statement.sql)}: {join}"
        for statement in sent
        for join in quadratic_joins(statement.plan)
    }
    assert sorted(found) == []


def test_every_model_and_test_was_planned(builds: Builds, sent: list[Planned]) -> None:
    manifest = json.loads((builds.home.dbt / "target" / "manifest.json").read_text())
    # Views are made with everything else, and left as they are afterwards.
    is_made = {"table", "incremental", "test"} | ({"view"} if sent is builds.full else set())
    nodes = {
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "test") and node["config"]["materialized"] in is_made
    }
    assert len(nodes) > 300
    assert nodes - {statement.node for statement in sent} == set()


def test_every_check_was_planned(sent: list[Planned]) -> None:
    texts = [statement.sql for statement in sent if statement.node is None]
    # Rules about the rows of one table share a statement.
    sql = {
        check.name: check.rule.aggregates[0] if isinstance(check.rule, RowsKeepRule) else check.rule.sql
        for check in CHECKS
    }
    assert [name for name, part in sql.items() if not any(part in text for text in texts)] == []


def test_every_adapter_landed_something(builds: Builds) -> None:
    with duckdb.connect(str(builds.home.ledger), read_only=True) as ledger:
        landed = ledger.execute("select distinct adapter from files where records_readable > 0").fetchall()
    assert {name for (name,) in landed} == set(ADAPTERS)
    # And it is seen what reads them.
    assert any("json_transform" in statement.sql for statement in builds.full)


#: Joins as they once were, with a condition on one side alone, and as they are.
PUT_BACK = [
    (
        "int_interactions",
        "coalesce( 'contact:' || interactions.named_contact_id, interactions.recipient ) = addresses.address",
        "interactions.named_contact_id is null and interactions.recipient = addresses.address",
    ),
    (
        "int_activities",
        "case when activities.contact_id is null then activities.visitor_id end = visitor_contacts.visitor_id",
        "activities.contact_id is null and activities.visitor_id = visitor_contacts.visitor_id",
    ),
    (
        "mart_lead_timeline",
        "interactions.own_interaction_id = stages.interaction_id",
        "interactions.own_interaction_id is not null and interactions.interaction_id = stages.interaction_id",
    ),
    (
        "mart_lead_timeline",
        "interactions.own_interaction_id = scores.interaction_id",
        "interactions.own_interaction_id is not null and interactions.interaction_id = scores.interaction_id",
    ),
]


@pytest.mark.parametrize(("model", "now", "once"), PUT_BACK)
def test_a_join_that_is_put_back_is_found(builds: Builds, model: str, now: str, once: str) -> None:
    query = _query_of(builds, model)
    assert query.count(now) == 1, f"the join of {model} reads otherwise now: change this test with it"
    with planned(), duckdb.connect(str(builds.home.insights), read_only=True) as connection:
        connection.execute(f"attach '{builds.home.work}' as work (read_only)")
        for columns, touched in set(re.findall(r'select ([\w, ]+) from ("\w+__touched")', query)):
            connection.execute(f"create temporary table {touched} ({columns.replace(',', ' text,')} text)")
        assert quadratic_joins(plan_of(connection, query)) == []
        found = quadratic_joins(plan_of(connection, query.replace(now, once)))
    assert [join.split()[0] for join in found] == ["BLOCKWISE_NL_JOIN"]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from a, b",
        "select * from a join b on a.x <= b.x",
        "select * from a join b on a.x between b.x and b.y",
        "select * from a left join b on a.x = b.x or a.y = b.y",
        "select * from a left join b on a.y = 0 and a.x = b.x",
        "select *, (select count(*) from b where b.x < a.x) from a",
        "with c as materialized (select distinct y from b) select * from a, c union all select * from a, c",
    ],
)
def test_what_compares_everything_is_found(sql: str) -> None:
    assert quadratic_joins(_plan_of_two_tables(sql))


@pytest.mark.parametrize(
    "sql",
    [
        "select * from a left join b on case when a.y = 0 then a.x end = b.x and a.y <= b.y",
        "select * from a where x not in (select x from b)",
        "select * from a asof join b on a.x = b.x and a.y >= b.y",
        "select * from a where x > (select max(x) from b)",
        "with c as materialized (select max(x) as x from b) select * from a, c where a.x > c.x union all from a, c",
        "select * from a, int_as_of_day",
    ],
)
def test_what_is_bounded_or_has_a_key_passes(sql: str) -> None:
    assert quadratic_joins(_plan_of_two_tables(sql)) == []


def _plan_of_two_tables(sql: str) -> Any:
    with planned(), duckdb.connect() as connection:
        for table in ("a", "b", "int_as_of_day"):
            connection.execute(f"create table {table} as select range as x, range % 7 as y from range(10000)")
        return plan_of(connection, sql)


def _query_of(builds: Builds, model: str) -> str:
    """The select that the last build added to a table with, on one line."""
    path = next((builds.home.dbt / "target" / "compiled").rglob(f"{model}.sql"))
    return " ".join(re.sub(r"--[^\n]*", "", path.read_text()).split())


def _shown(sql: str) -> str:
    return " ".join(sql.split())[:200]
