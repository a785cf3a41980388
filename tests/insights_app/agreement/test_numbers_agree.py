"""Numbers agree wherever they are shown: under any filter each block counts the same atoms.

Every block is compared with SQL written apart from the app over the published facts, under filters drawn at random.
Two blocks that show the same thing are compared with the same atoms, so they agree with one another.
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from insights_app.catalogue import kpis, queries
from insights_app.catalogue.entities import ENTITIES
from insights_app.server.access import Rules
from insights_app.server.app import application
from tests.harness.worlds import World
from tests.insights_app.agreement import atoms
from tests.insights_app.agreement.claims import CLAIMS, Claim
from tests.insights_app.agreement.screens import Choice, Screens, Shown, number
from tests.insights_app.conftest import HOSTS

_EXAMPLES = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
_SUBJECTS = {entity.name: entity.subject for entity in ENTITIES}
_HAS_DEFAULT_DAYS = {entity.name for entity in ENTITIES if entity.default_days}
_NO_DAY = date(1, 1, 1), date(9999, 12, 31)


class Facts:
    """The published facts, asked without the app."""

    def __init__(self, database: Path) -> None:
        self.connection = duckdb.connect(str(database), read_only=True)
        zone = self.rows("select reporting_time_zone, first_arrival_date, as_of_date from marts.build_info")[
            0
        ]
        self.first_day, self.last_day = zone[1], zone[2]
        self.connection.execute(f"set TimeZone = '{zone[0]}'; use marts")
        atoms.make(self.connection)

    def rows(self, sql: str, **bound: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        named = duckdb.extract_statements(sql)[0].named_parameters
        return self.connection.execute(sql, {name: bound[name] for name in named}).fetchall()

    def ids(self, claim: Claim) -> list[str]:
        """Ids of records that the block can show, those with the most atoms first."""
        if not claim.of:
            return [""]
        sql = f"select {claim.of} from {claim.atoms} where {claim.of} is not null group by all order by count(*) desc, 1 limit 30"
        return [row[0] for row in self.rows(sql)]

    def journeys(self) -> list[str]:
        """Ids of journeys, one that nobody knows among them."""
        return [
            *(row[0] for row in self.rows("select journey_id from dim_journey order by 1")),
            "no-such-journey",
        ]

    def counted(self, claim: Claim, choice: Choice, days: tuple[date, date]) -> list[dict[str, Any]]:
        """The atoms of a claim under a choice, counted by what tells its rows apart."""
        atom = atoms.ATOMS[claim.atoms]
        conditions = [f"({claim.where})", "day between $from and $to"]
        if claim.of:
            conditions.append(f"{claim.of} = $id")
        if claim.has_journey:
            conditions.append("($journey is null or journey_id = $journey)")
        if atom.machines and claim.has_people:
            conditions.append("not ($people and is_machine)")
        by = [f"{expression} as {queries.quoted(name)}" for name, expression in claim.by.items()]
        counts = [f"{sql} as {queries.quoted(name)}" for name, sql in atom.counts.items()] or [
            "count(*) as number"
        ]
        inner = f"select * from {claim.atoms} where {' and '.join(conditions)}"
        keys = ", ".join(str(position + 1) for position in range(len(by)))
        sql = f"select {', '.join([*by, *counts, 'count(*) as how_many'])} from ({inner}) as atoms"
        result = self.rows(f"{sql} group by {keys}" if by else sql, **{
            "id": choice.record, "from": days[0], "to": days[1], "journey": choice.journey or None,
            "people": choice.is_people and claim.has_people, "tile": choice.tile or None, "state": choice.state or None,
        })  # fmt: skip
        names = [*claim.by, *(atom.counts or ["number"]), "how_many"]
        return [dict(zip(names, row, strict=True)) for row in result]


@pytest.fixture(scope="module")
def database(faulty_world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world with every fault, reported far from UTC: as a published folder of this module's own."""
    folder = tmp_path_factory.mktemp("agreement")
    return shutil.copyfile(faulty_world.published, folder / "insights.duckdb")


@pytest.fixture(scope="module")
def screens(database: Path) -> Screens:
    return Screens(TestClient(application(database.parent, Rules(), HOSTS), raise_server_exceptions=False))


@pytest.fixture(scope="module")
def facts(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    copy = shutil.copyfile(database, tmp_path_factory.mktemp("facts") / "insights.duckdb")
    found = Facts(copy)
    yield found
    found.connection.close()


def choices(draw: st.DrawFn, claim: Claim, facts: Facts) -> Choice:
    """Draw what a reader may choose on the page of a claim."""
    some_day = st.one_of(
        st.none(),
        st.integers(-1, (facts.last_day - facts.first_day).days + 1).map(
            lambda n: facts.first_day + timedelta(n)
        ),
    )
    first, last = draw(some_day), draw(some_day)
    if first and last and first > last:
        first, last = last, first
    is_tiles = claim.block == ("journeys", "contacts_of_tiles")
    tiles = (
        [row[0] for row in facts.rows("select distinct tile_id from passes order by 1")] if is_tiles else []
    )
    return Choice(
        record=draw(st.sampled_from(facts.ids(claim))),
        first=first,
        last=last,
        journey=draw(st.sampled_from(["", "", *facts.journeys()])) if claim.has_journey else "",
        is_people=draw(st.booleans()),
        tile=draw(st.sampled_from(["", *tiles])) if is_tiles else "",
        state=draw(st.sampled_from(["", "blocked", "processed"])) if is_tiles else "",
    )


@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_a_block_shows_what_the_facts_hold(claim: Claim, screens: Screens, facts: Facts) -> None:
    compared = 0

    @_EXAMPLES
    @given(st.data())
    def compare(data: st.DataObject) -> None:
        nonlocal compared
        choice = data.draw(st.composite(lambda draw: choices(draw, claim, facts))())
        compared += differences(claim, choice, screens, facts)

    compare()
    assert compared, "no number was compared"


def differences(claim: Claim, choice: Choice, screens: Screens, facts: Facts) -> int:
    """Compare a block with its atoms; return how many numbers were compared."""
    days = (choice.first or _NO_DAY[0], choice.last or _NO_DAY[1]) if claim.has_days else _NO_DAY
    if claim.block[0] in _HAS_DEFAULT_DAYS and not (choice.first or choice.last) and claim.has_days:
        days = screens.default_days(claim.block)
    shown, counted = screens.shown(claim.block, choice), facts.counted(claim, choice, days)
    if claim.is_list:
        return listed(claim, shown, counted)
    if shown.on_screen:
        return written(claim, shown.rows[0], counted[0])
    return tabled(claim, shown, counted)


def listed(claim: Claim, shown: Shown, counted: list[dict[str, Any]]) -> int:
    """Compare rows that are atoms: as many of each kind."""
    rows = Counter(tuple(row[name] for name in claim.by) for row in shown.rows)
    expected = Counter({key(claim, row): row["how_many"] for row in counted})
    assert rows == +expected
    return len(rows)


def written(claim: Claim, row: dict[str, str], counts: dict[str, Any]) -> int:
    """Compare what cards say; a funnel of nothing is not drawn."""
    known = kpis.by_column(_SUBJECTS[claim.block[0]])
    expected = {}
    for name in row:
        if parts := known[name].parts:
            if counts.keys() >= set(parts):
                expected[name] = (
                    f"{counts[parts[0]] or 0:,} of {counts[parts[1]] or 0:,}" if counts[parts[1]] else "–"
                )
        elif name in counts:
            expected[name] = f"{counts[name] or 0:,}"
    assert {name: row[name] for name in expected} == expected
    return len(expected)


def tabled(claim: Claim, shown: Shown, counted: list[dict[str, Any]]) -> int:
    """Compare the rows of tables and charts, row by row."""
    known, compared = kpis.by_column(_SUBJECTS[claim.block[0]]), 0
    expected = {key(claim, row): row for row in counted}
    rows: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in shown.rows:
        rows[tuple(row.get(name, "") for name in claim.by)].append(row)
    for of_key, some in rows.items():
        counts = expected.get(of_key, {})
        for name in some[0]:
            if name in claim.by:
                continue
            if (kpi := known.get(name)) and kpi.parts:
                if len(some) == 1 and counts.keys() >= set(kpi.parts):
                    compared += 1
                    share = counts[kpi.parts[0]] / counts[kpi.parts[1]] if counts[kpi.parts[1]] else None
                    assert (
                        some[0][name] == ""
                        if share is None
                        else number(some[0][name]) == pytest.approx(share)
                    ), (of_key, name)
            elif name in atoms.ATOMS[claim.atoms].counts:
                compared += 1
                value = counts.get(name)
                if isinstance(value, date):
                    assert some[0][name] == value.isoformat(), (of_key, name)
                else:
                    assert sum(number(row[name]) for row in some) == (value or 0), (of_key, name)
    assert not missing(claim, rows, expected, set(shown.rows[0]) if shown.rows else set())
    return compared


def missing(
    claim: Claim, rows: Any, expected: dict[tuple[str, ...], dict[str, Any]], columns: set[str]
) -> list[Any]:
    """Keys with atoms that a block has no row for, though it should."""
    if claim.is_part:
        return []
    if claim.most:
        return [] if len(rows) == min(claim.most, len(expected)) else [len(rows), len(expected)]
    return [
        of_key for of_key, counts in expected.items()
        if of_key not in rows and (not columns or any(counts.get(name) for name in columns - set(claim.by)))
    ]  # fmt: skip


def key(claim: Claim, row: dict[str, Any]) -> tuple[str, ...]:
    """What tells a row apart, as a file writes it."""
    return tuple("" if (value := row[name]) is None else str(value) for name in claim.by)


def test_days_are_those_of_the_reporting_time_zone_where_it_is_half_an_hour_off(
    database: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "published" / "insights.duckdb"
    changed.parent.mkdir()
    with duckdb.connect(str(changed)) as connection:
        connection.execute(
            f"attach '{database}' as sound (read_only); copy from database sound to {changed.stem}"
        )
        connection.execute("update marts.build_info set reporting_time_zone = 'Asia/Kolkata'")
    facts = Facts(shutil.copyfile(changed, tmp_path / "insights.duckdb"))
    screens = Screens(TestClient(application(changed.parent, Rules(), HOSTS)))
    for block in ("responses", "interactions_daily"):
        claim = next(claim for claim in CLAIMS if claim.block == ("emails", block))
        for email in facts.ids(claim)[:5]:
            assert differences(claim, Choice(record=email), screens, facts)
    facts.connection.close()


#: Blocks that count nothing of the facts, or what only they show; `test_engagement.py` compares those of engagement.
_NOT_COMPARED = {
    ("emails", "links_of_message"),
    # Compared in `test_comparison.py`, `test_timing.py` and `test_home.py`.
    ("home", "changed"), ("home", "participation"),
    ("emails", "suggestions"), ("emails", "compared"), ("emails", "funnels"), ("emails", "links_of_both"),
    *((entity, block) for entity in ("home", "emails") for block in ("delays", "delay_quantiles")),
    *((entity, f"{of}_hours") for entity in ("home", "emails") for of in ("open", "click", "send")),
    ("engagement", "groups"), ("engagement", "groups_in_words"), ("engagement", "engagement_of_contacts"),
    ("engagement", "cohorts"), ("engagement", "cohorts_clicked"), ("engagement", "cohorts_sent"),
    ("contacts", "facts"), ("contacts", "timeline"), ("contacts", "events"),
    ("contacts", "suppression"), ("leads", "stages"), ("leads", "by_type"), ("leads", "touches"),
    *(("won_leads", name) for name in ("touches_by_kind", "touched_things", "journeys_touched", "leads_won")),
    # The contact's own blocks are compared.
    *(("leads", name) for name in ("emails_of_contact", "web", "events", "surveys", "forms")),
    ("leads", "facts"), ("leads", "score_progress"), ("leads", "scores"), ("leads", "timeline"),
    ("scoring_models", "scoring_models"), ("scoring_models", "grades"), ("scoring_models", "best"),
    ("operations", "build"), ("operations", "builds"), ("operations", "checked"), ("operations", "checks"), ("operations", "quarantine"), ("operations", "ignored"),
    ("operations", "nulled"), ("operations", "unmatched"),
}  # fmt: skip


def test_every_block_that_counts_is_compared() -> None:
    all_blocks = {(entity.name, name) for entity in ENTITIES for name in entity.blocks()}
    assert all_blocks - {claim.block for claim in CLAIMS} == _NOT_COMPARED


def test_a_wrong_query_is_found(screens: Screens, facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = next(claim for claim in CLAIMS if claim.block == ("emails", "domains"))
    choice = Choice(record=facts.ids(claim)[0])
    assert differences(claim, choice, screens, facts)
    sound = queries.sql_of
    wrong = lambda entity, query: sound(entity, query).replace("when was_sent then", "when was_targeted then")  # noqa: E731
    monkeypatch.setattr(queries, "sql_of", wrong)
    with pytest.raises(AssertionError):
        differences(claim, choice, screens, facts)
