"""A build of a few late events writes few rows, and a model that writes more is found."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.home import Home
from reliability.experiments.rows_written import LIMIT, LIMIT_WITH_SCRATCH, Measure, counted, measure
from simulator import simulate


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rows") / "home"


@pytest.fixture(scope="module")
def measured(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Measure:
    """Build two weeks of every feed without a few events, then with them."""
    landing = tmp_path_factory.mktemp("rows_landing") / "landing"
    simulate(landing, contacts=600, days=15, seed=3)
    return measure(landing, home)


@pytest.mark.slow
def test_few_late_events_write_few_rows(measured: Measure) -> None:
    assert measured.share_of_events >= 0.005
    # The counter missed nothing: the largest tables are counted with all their rows.
    assert {"int_interactions", "fct_email_events", "mart_contact_timeline"} <= measured.full.kept.keys()
    assert measured.full.scratch.total() == 0
    assert measured.share_of_rows <= LIMIT, measured.late.most(20)
    assert measured.share_with_scratch <= LIMIT_WITH_SCRATCH, measured.late.most(20)


@pytest.mark.slow
def test_a_rebuilt_model_is_over_the_limit(measured: Measure, home: Path) -> None:
    with counted() as anew:
        Dbt(Home(home)).build(
            Variables(), full_refresh=True, progress=lambda _: None, select=["mart_contact_timeline"]
        )
    with duckdb.connect(str(Home(home).insights), read_only=True) as connection:
        row = connection.execute("select count(*) from marts.mart_contact_timeline").fetchone()
    assert row is not None
    assert anew.kept["mart_contact_timeline"] == row[0] > 0
    assert measured.late.kept.total() + anew.kept.total() > LIMIT * measured.full.kept.total()


def test_every_statement_that_writes_is_counted() -> None:
    from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper

    cursor = DuckDBCursorWrapper(duckdb.connect())
    of_model = '/* {"app": "dbt", "node_id": "model.touchpoint.fct_x"} */ '
    with counted() as written:
        cursor.execute(of_model + "create table kept as select unnest([1, 2, 3]) as x")
        cursor.execute(of_model + "create or replace temp table fresh as select 9 as x")
        cursor.execute(of_model + "delete from kept where x > 1; insert into kept from fresh")
        cursor.execute(of_model + "create view seen as from kept")
        assert cursor.execute("select count(*) from seen").fetchall() == [(2,)]
        cursor.execute("update kept set x = 0")
    cursor.execute("delete from kept")
    assert dict(written.kept) == {"fct_x": 3 + 2 + 1, "dbt itself": 2}
    assert dict(written.scratch) == {"fct_x": 1}
