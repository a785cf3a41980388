"""The code of docs/bi.md and of the notebook runs as it stands over what a build published, and answers what SQL
answers."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.cli.arguments import main
from tests.harness.paths import CHECKOUT
from tests.harness.worlds import World

PAGE = (CHECKOUT / "docs" / "bi.md").read_text(encoding="utf-8")
NOTEBOOK = CHECKOUT / "docs" / "notebooks" / "best_hour.ipynb"
CODE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

Run = Callable[[str], dict[str, Any]]


@pytest.fixture
def run(faulty_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the block that holds a text, in a folder whose `data/home` is the world's home; return its names."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "home").symlink_to(faulty_world.home)
    monkeypatch.chdir(tmp_path)

    def run(mark: str) -> dict[str, Any]:
        (code,) = [code for code in CODE if mark in code]
        for library in re.findall(r"^import (\w+)", code, re.MULTILINE):
            pytest.importorskip(library)
        names: dict[str, Any] = {}
        exec(code, names)
        return names

    return run


def asked(world: World, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(world.published), read_only=True) as connection:
        return connection.execute(sql).fetchall()


RATES = """
    select journey_name, sum(opened_unique_human) / nullif(sum(delivered), 0)
    from marts.mart_email_kpis_daily
    where journey_name is not null
    group by journey_name
"""


@pytest.mark.slow
def test_duckdb(run: Run, faulty_world: World) -> None:
    sql = "select email_name, sent, open_rate_human from marts.mart_email_kpis order by sent desc, email_name limit 3"
    assert run("best = ")["rows"] == asked(faulty_world, sql)


@pytest.mark.slow
def test_pandas_over_duckdb(run: Run, faulty_world: World) -> None:
    sql = "select local_hour, sum(interactions_human) from marts.mart_email_responses_hourly group by all"
    assert run("by_hour")["by_hour"].to_dict() == dict(asked(faulty_world, sql))


@pytest.mark.slow
def test_pandas_over_parquet(run: Run, faulty_world: World) -> None:
    rates = run("pandas.read_parquet")["rates"].dropna().to_dict()
    expected = {name: rate for name, rate in asked(faulty_world, RATES) if rate is not None}
    assert rates == pytest.approx(expected)


@pytest.mark.slow
def test_polars(run: Run, faulty_world: World) -> None:
    frame = run("scan_parquet")["rates"]
    rates = {
        row["journey_name"]: row["rate"]
        for row in frame.to_dicts()
        if row["delivered"] and row["journey_name"]
    }
    expected = {name: rate for name, rate in asked(faulty_world, RATES) if rate is not None}
    assert rates == pytest.approx(expected)


@pytest.mark.slow
def test_sqlalchemy(run: Run, faulty_world: World) -> None:
    names = run("create_engine")
    sql = "select name, entered from marts.mart_journey_kpis order by all"
    assert sorted(map(tuple, names["journeys"]), key=str) == sorted(asked(faulty_world, sql), key=str)
    assert ("open_rate_human",) in map(tuple, names["columns"])


@pytest.mark.slow
def test_csv_for_spreadsheets(faulty_world: World, capsys: pytest.CaptureFixture[str]) -> None:
    (command,) = re.findall(r"^touchpoint (sql .*) > emails.csv$", PAGE, re.MULTILINE)
    words = [str(faulty_world.home) if word == "data/home" else word for word in shlex.split(command)]
    assert main(words) == 0
    rows = csv.DictReader(io.StringIO(capsys.readouterr().out))
    sent = {row["email_id"]: int(row["sent"]) for row in rows}
    assert sent == dict(asked(faulty_world, "select email_id, sent from marts.mart_email_kpis"))


def test_every_block_is_run_by_a_test() -> None:
    marks = ("best = ", "by_hour", "pandas.read_parquet", "scan_parquet", "create_engine")
    assert [sum(mark in code for mark in marks) for code in CODE] == [1] * len(marks)


@pytest.mark.slow
def test_the_notebook_runs_and_keeps_its_outputs(
    faulty_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUCHPOINT_HOME", str(faulty_world.home))
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    names: dict[str, Any] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    assert names["chart"].to_dict()["datasets"]
    assert 0 <= names["chance"] <= 1
    (delivered,) = asked(faulty_world, "select sum(delivered) from marts.mart_email_kpis")[0]
    assert 0 < names["frame"]["delivered"].sum() <= delivered
    kept = [output for cell in cells for output in cell.get("outputs", ())]
    assert any("image/png" in output.get("data", {}) for output in kept)
    assert not any(output["output_type"] == "error" for output in kept)
