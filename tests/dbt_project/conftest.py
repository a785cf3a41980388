"""The parsed dbt project, and an empty warehouse to run it in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.build.dbt.runner import Dbt, Variables, _result_of
from orchestration.build.dbt.verdicts import NodeResult
from orchestration.home import Home
from orchestration.settings import DBT_PROJECT


def create_raw_relations(work: Path) -> None:
    """Every relation of the raw layer, empty, with the columns the project says they have."""
    files = (DBT_PROJECT / "models" / "staging").glob("_*.yml")
    tables = [table for path in files for table in yaml.safe_load(path.read_text())["sources"][0]["tables"]]
    with duckdb.connect(str(work)) as connection:
        connection.execute("create schema raw")
        for table in tables:
            columns = ", ".join(f'"{column["name"]}" {column["data_type"]}' for column in table["columns"])
            connection.execute(f'create table raw."{table["name"]}" ({columns})')


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    """The project over an empty warehouse."""
    home = Home(tmp_path_factory.mktemp("dbt") / "home")
    home.build.mkdir(parents=True)
    create_raw_relations(home.work)
    return Dbt(home)


@pytest.fixture(scope="session")
def manifest(dbt: Dbt) -> Any:
    dbt.parse(Variables())
    return dbt.manifest


@pytest.fixture(scope="session")
def results(dbt: Dbt, manifest: Any) -> list[NodeResult]:
    """Every seed and model over the empty warehouse, then every unit test; tests of data would have nothing to find."""
    found = []
    # Models first: a unit test that says what a model held before needs it to be there, for its columns.
    untested = ["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    for command in (untested, ["test", "--select", "test_type:unit"]):
        outcome = dbt._invoke([*command, "--vars", Variables().as_json()], [])
        assert outcome.result is not None, outcome.exception
        found += [_result_of(node) for node in outcome.result]
    return found
