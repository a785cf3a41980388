"""In any order, twice, growing, anew: the same rows as one build of everything, and no statement that explodes.

Belongs here: one history, simulated and by hand, that arrives at once in one home and piece by piece in another.
Does not belong here: what the rows should be (`tests/end_to_end/simulated_worlds`).
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.rules import RowsKeepRule
from expectations.suites import CHECKS
from ingestion.adapters.registry import ADAPTERS
from orchestration.cli.arguments import main
from orchestration.home import Home
from simulator import FAULTS, simulate
from tests.end_to_end.incremental.change_log import logged, wrong_logs
from tests.end_to_end.incremental.plans import (
    Planned,
    copied_tables,
    plan_of,
    planned,
    quadratic_joins,
)
from tests.end_to_end.providers.cases import cases
from tests.end_to_end.simulated_worlds import (
    marts,
    test_contact_marts,
    test_conversions,
    test_dynamics365,
    test_journeys_segments_leads,
    test_merged_contacts,
    test_web_marts,
)
from tests.harness.worlds import ask, build, quick_builds

pytestmark = pytest.mark.slow

Rows = dict[str, Counter[tuple[Any, ...]]]

#: Worlds by hand: their days, and what delivers one of them. Names, addresses, visitors, hosts, merges and
#: stages become known late in each.
BY_HAND: dict[str, tuple[Sequence[str], Callable[[Path, str], None]]] = {
    # Its last day is half a year later: nothing would be suppressed any more.
    "contacts": (test_contact_marts.DAYS[:3], test_contact_marts.deliver),
    "conversions": (test_conversions.DAYS, test_conversions.deliver),
    "dynamics365": (test_dynamics365.DAYS, test_dynamics365.deliver),
    "journeys": (test_journeys_segments_leads.DAYS, test_journeys_segments_leads.deliver),
    "merged": (test_merged_contacts.DAYS, test_merged_contacts.deliver),
    "web": (test_web_marts.DAYS, test_web_marts.deliver),
}
#: Tables that tell of files, where one that came twice is told of twice.
OF_FILES = {"build_files", "build_ignored", "build_nulled", "quarantine"}


@dataclass(frozen=True)
class History:
    """Feeds with everything in them, and the feeds of each world."""

    landing: Path
    config: Path
    worlds: dict[str, list[str]]

    def days(self, world: str) -> list[str]:
        """Arrival days of a world, in order."""
        return sorted({day.name for feed in self.worlds[world] for day in (self.landing / feed).iterdir()})

    def thirds(self, world: str) -> tuple[list[str], list[str], list[str]]:
        """Its first days, those between, and its last."""
        days = self.days(world)
        third = len(days) // 3
        return days[:third], days[third : len(days) - third], days[len(days) - third :]

    def build(self, landing: Path, home: Path, *arguments: str) -> None:
        """Build what has arrived in another landing zone."""
        build(landing, home, "--config", str(self.config), *arguments)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """A small simulated world with every fault, the fixtures of providers it lacks, and the worlds by hand."""
    folder = tmp_path_factory.mktemp("history")
    landing = folder / "landing"
    simulate(landing, contacts=50, days=4, seed=11, faults=list(FAULTS), start=date(2026, 2, 27))
    worlds = {"simulated": [feed.name for feed in landing.iterdir() if feed.is_dir()]}
    worlds |= {name: [name] for name in _deliver_what_is_not_simulated(landing)}
    adapters = {}
    for world, (days, deliver) in BY_HAND.items():
        for day in days:
            deliver(folder / world, day)
        worlds[world] = []
        for feed in (folder / world).iterdir():
            feed.rename(landing / f"{world}_{feed.name}")
            adapters[f"{world}_{feed.name}"] = feed.name
            worlds[world].append(f"{world}_{feed.name}")
    feeds = [{"name": name, "adapter": adapter} for name, adapter in adapters.items()]
    config = folder / "touchpoint.yml"
    config.write_text(json.dumps({"feeds": feeds}), encoding="utf-8")
    return History(landing, config, worlds)


def _deliver_what_is_not_simulated(landing: Path) -> set[str]:
    """The fixtures of providers without an emitter; the names of their feeds."""
    simulated = {feed.name for feed in landing.iterdir()}
    others = [case for case in cases() if case.provider not in simulated]
    for case in others:
        for name, text in case.files.items():
            path = landing / case.provider / case.arrival / case.feed / name
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
    return {case.provider for case in others}


@dataclass(frozen=True)
class Built:
    """A home, what it published, and the statements of its last build."""

    home: Home
    rows: Rows
    sent: list[Planned]


def built(history: History, landing: Path, home: Path, *arguments: str) -> Built:
    with planned() as sent:
        history.build(landing, home, *arguments)
    return Built(Home(home), marts.everything(home / "published" / "insights.duckdb"), sent)


@pytest.fixture(scope="module")
def at_once(history: History, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """One build of everything."""
    return built(history, history.landing, tmp_path_factory.mktemp("at_once") / "home")


@pytest.fixture(scope="module")
def arriving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the landing zone and the home of what arrives piece by piece."""
    return tmp_path_factory.mktemp("arriving")


@pytest.fixture(scope="module")
def in_another_order(history: History, arriving: Path) -> Built:
    """The days between first, then the last ones, then the first: of every world."""
    landing, home = arriving / "landing", arriving / "home"
    growing = landing / "dynamics365_dynamics365" / test_dynamics365.DAYS[-1]
    for number, third in enumerate((1, 2, 0)):
        for world, feeds in history.worlds.items():
            for feed in feeds:
                for day in history.thirds(world)[third]:
                    if (history.landing / feed / day).exists():
                        shutil.copytree(
                            history.landing / feed / day, landing / feed / day, dirs_exist_ok=True
                        )
        # The blobs of an export's last day grow, in a folder that was read before.
        blobs = [*test_dynamics365.GROWING, test_dynamics365.blobs_of(test_dynamics365.DAYS[-1])][number]
        test_dynamics365.write_day(growing, blobs)
        if third:
            with quick_builds():
                history.build(landing, home)
    shutil.copytree(home / "build", arriving / "before")
    return built(history, landing, home)


@pytest.fixture(scope="module")
def delivered_twice(history: History, in_another_order: Built, arriving: Path) -> Built:
    """Then every file of theirs again, a day later, as if it were another; the CRM's are of their day."""
    home = arriving / "home_twice"
    shutil.copytree(in_another_order.home.root, home, symlinks=True)
    for world, feeds in history.worlds.items():
        days = history.days(world)
        # Not all at the end: an event that claims to be of next week is refused only until that week.
        next_day = dict(zip(days, [*days[1:], days[-1]], strict=True))
        for feed in (feed for feed in feeds if not feed.endswith("crm")):
            _deliver_again(arriving / "landing" / feed, history.landing / feed, next_day)
    with quick_builds():
        return built(history, arriving / "landing", home)


def _deliver_again(into: Path, feed: Path, next_day: dict[str, str]) -> None:
    for file in sorted(path for path in feed.rglob("*") if path.is_file() and path.name != "model.json"):
        day, *folders, name = file.relative_to(feed).parts
        again = into / next_day[day] / Path(*folders) / f"again-{name}"
        again.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, again)


def differing(one: Rows, other: Rows) -> dict[str, Any]:
    """Rows of each published table that only one of two homes has, of each a few."""
    assert one.keys() == other.keys()
    return {
        name: (list(one[name] - other[name])[:3], list(other[name] - one[name])[:3])
        for name in one
        if one[name] != other[name]
    }


def nodes(one: Built, made_as: Set[str]) -> set[str]:
    """Unique ids of the models and tests that a build makes in one of these ways."""
    manifest = json.loads((one.home.dbt / "target" / "manifest.json").read_text())
    return {
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "test") and node["config"]["materialized"] in made_as
    }


def test_days_in_another_order_give_the_same_rows(at_once: Built, in_another_order: Built) -> None:
    assert differing(at_once.rows, in_another_order.rows) == {}


def test_files_delivered_twice_change_no_mart(at_once: Built, delivered_twice: Built) -> None:
    assert differing(at_once.rows, delivered_twice.rows).keys() <= OF_FILES


@pytest.fixture(scope="module")
def erased(history: History, delivered_twice: Built, arriving: Path) -> Built:
    """Then people of every world are erased by one list, among them one into whom another was merged."""
    home, people = delivered_twice.home, arriving / "people.txt"
    some = (
        "select contact_id from dim_contact where contact_id <> 'unknown' order by hash(contact_id) limit 12"
    )
    people.write_text("\n".join(["b", *(contact_id for (contact_id,) in ask(home.root, some))]))
    where = [
        "--landing",
        str(arriving / "landing"),
        "--home",
        str(home.root),
        "--config",
        str(history.config),
    ]
    with planned() as sent, quick_builds():
        assert main(["erase", "--file", str(people), *where]) == 0
    return Built(home, marts.everything(home.root / "published" / "insights.duckdb"), sent)


def test_people_are_erased_without_making_everything_anew(erased: Built) -> None:
    growth = "select sum(contacts_erased) from mart_contact_growth_daily"
    assert ask(erased.home.root, growth) == [(13,)]
    assert ask(erased.home.root, "select is_full_refresh from build_info") == [(False,)]
    assert [join for statement in erased.sent for join in quadratic_joins(statement.plan)] == []


def test_a_full_refresh_changes_nothing(history: History, erased: Built, arriving: Path) -> None:
    home = erased.home.root
    with quick_builds():
        history.build(arriving / "landing", home, "--full-refresh")
    refreshed = marts.everything(home / "published" / "insights.duckdb")
    assert differing(erased.rows, refreshed) == {}


def test_the_change_logs_say_what_changed(in_another_order: Built, arriving: Path, tmp_path: Path) -> None:
    before, after = arriving / "before", in_another_order.home.build
    models = {name.split(".")[-1] for name in nodes(in_another_order, {"incremental"})}
    assert wrong_logs(before, after, models) == {}
    # A row too few and a row too many are found.
    wrong = shutil.copytree(after, tmp_path / "wrong")
    with duckdb.connect(str(wrong / "insights.duckdb")) as connection:
        connection.execute("insert into changes.dim_event (event_id) values ('nobody spoke of it')")
        connection.execute(
            "delete from changes.mart_email_kpis where email_id = (select min(email_id) from changes.mart_email_kpis)"
        )
    assert wrong_logs(before, wrong, models).keys() == {"dim_event", "mart_email_kpis"}


@pytest.fixture(params=["at_once", "in_another_order"])
def one(request: pytest.FixtureRequest) -> Built:
    """A build of everything anew, and one of what arrived since."""
    found: Built = request.getfixturevalue(request.param)
    return found


def test_no_statement_compares_everything_with_everything(one: Built) -> None:
    found = {
        f"{statement.node or ' '.join(statement.sql.split())[:200]}: {join}"
        for statement in one.sent
        for join in quadratic_joins(statement.plan)
    }
    assert sorted(found) == []


def test_every_model_and_test_was_planned(one: Built, at_once: Built) -> None:
    # Views are made with everything else, and left as they are afterwards.
    made_as = {"table", "incremental", "test"} | ({"view"} if one is at_once else set())
    left_out = nodes(one, made_as) - {statement.node for statement in one.sent}
    manifest = json.loads((one.home.dbt / "target" / "manifest.json").read_text())
    # A build leaves out what reads only tables that it did not change.
    read = {
        parent.split(".")[-1]
        for node in left_out
        for parent in manifest["nodes"][node]["depends_on"]["nodes"]
    }
    assert read & logged(one.home.build) == set()
    assert len(left_out) <= 40


def test_every_check_was_planned(one: Built) -> None:
    texts = [statement.sql for statement in one.sent if statement.node is None]
    # Rules about the rows of one table share a statement.
    sql = {
        check.name: check.rule.aggregates[0] if isinstance(check.rule, RowsKeepRule) else check.rule.sql
        for check in CHECKS
    }
    assert [name for name, part in sql.items() if not any(part in text for text in texts)] == []


def test_every_adapter_landed_something(at_once: Built) -> None:
    with duckdb.connect(str(at_once.home.ledger), read_only=True) as ledger:
        landed = ledger.execute("select distinct adapter from files where records_readable > 0").fetchall()
    assert {name for (name,) in landed} == set(ADAPTERS)
    # And it is seen what reads them.
    assert any("json_transform" in statement.sql for statement in at_once.sent)


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


def test_what_is_new_does_not_copy_the_history_and_a_copy_is_found(in_another_order: Built) -> None:
    home = in_another_order.home
    query = next((home.dbt / "target" / "compiled").rglob("int_interactions.sql")).read_text()
    assert "known as not materialized" in query
    with planned(), duckdb.connect(str(home.insights), read_only=True) as connection:
        connection.execute(f"attach '{home.work}' as work (read_only)")
        assert "int_interactions" not in copied_tables(plan_of(connection, query))
        copied = copied_tables(plan_of(connection, query.replace("known as not materialized", "known as")))
    assert "int_interactions" in copied


@pytest.mark.parametrize(("model", "now", "once"), PUT_BACK)
def test_a_join_that_is_put_back_is_found(in_another_order: Built, model: str, now: str, once: str) -> None:
    home = in_another_order.home
    # The select that the last build added to a table with.
    path = next((home.dbt / "target" / "compiled").rglob(f"{model}.sql"))
    query = " ".join(re.sub(r"--[^\n]*", "", path.read_text()).split())
    assert query.count(now) == 1, f"the join of {model} reads otherwise now: change this test with it"
    with planned(), duckdb.connect(str(home.insights), read_only=True) as connection:
        connection.execute(f"attach '{home.work}' as work (read_only)")
        for columns, touched in set(re.findall(r'select ([\w, ]+) from ("\w+__touched")', query)):
            connection.execute(f"create temporary table {touched} ({columns.replace(',', ' text,')} text)")
        assert quadratic_joins(plan_of(connection, query)) == []
        found = quadratic_joins(plan_of(connection, query.replace(now, once)))
    assert [join.split()[0] for join in found] == ["BLOCKWISE_NL_JOIN"]
