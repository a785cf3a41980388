"""The parsed dbt project, and an empty warehouse to run it in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.build.dbt.runner import Dbt, NodeResult, Variables
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
    return dbt._manifest


@pytest.fixture(scope="session")
def results(dbt: Dbt, manifest: Any) -> list[NodeResult]:
    """Every model and unit test, run over the empty warehouse, where tests of data have nothing to find."""
    # A unit test that says what a model held before needs the model to be there, for its columns.
    told_before = {
        test.model
        for test in manifest.unit_tests.values()
        if any(given.input == "this" for given in test.given)
    }
    if told_before:
        ran = dbt._invoke(["run", "--select", *(f"+{name}" for name in told_before)], [])
        assert ran.success, ran.exception
    outcome = dbt._invoke(["build", "--exclude-resource-type", "test", "--vars", Variables().as_json()], [])
    assert outcome.result is not None, outcome.exception
    from orchestration.build.dbt.runner import _result_of

    return [_result_of(node) for node in outcome.result]
