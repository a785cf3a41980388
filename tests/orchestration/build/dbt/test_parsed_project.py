"""A project is parsed once, whatever the home; what is kept never stands for another project."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.home import Home
from orchestration.settings import DBT_PROJECT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one model."""
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    shutil.copy(DBT_PROJECT / "profiles.yml", folder)
    (folder / "dbt_project.yml").write_text("name: small\nversion: '1.0'\nprofile: touchpoint\n")
    (folder / "models" / "one.sql").write_text("select 1 as one")
    return folder


def models(manifest: Path) -> set[str]:
    return {node["name"] for node in json.loads(manifest.read_text())["nodes"].values()}


class Counting(Dbt):
    """dbt that counts its runs."""

    runs = 0

    def _invoke(self, arguments: list[str], callbacks: list[Any]) -> Any:
        self.runs += 1
        return super()._invoke(arguments, callbacks)


def test_a_second_home_does_not_parse_again(project: Path, tmp_path: Path) -> None:
    first, second = (Counting(Home(tmp_path / name), project) for name in ("first", "second"))
    assert models(first.parse(Variables())) == {"one"}
    assert models(second.parse(Variables())) == {"one"}
    assert (first.runs, second.runs) == (1, 0)
    built = second.build(Variables(), full_refresh=True, progress=lambda _: None)
    assert [(node.name, node.status) for node in built] == [("one", "success")]


def test_another_project_or_variable_is_another_parse(project: Path, tmp_path: Path) -> None:
    dbt = Counting(Home(tmp_path / "home"), project)
    dbt.parse(Variables())
    dbt.parse(Variables(reporting_time_zone="Europe/Paris"))
    assert dbt.runs == 2
    (project / "models" / "two.sql").write_text("select 2 as two")
    assert models(dbt.parse(Variables())) == {"one", "two"}
    assert dbt.runs == 3


def test_a_torn_parse_is_made_anew(project: Path, tmp_path: Path) -> None:
    dbt = Counting(Home(tmp_path / "home"), project)
    dbt.parse(Variables())
    (kept,) = (project / "target" / "parsed").glob("*.msgpack")
    kept.write_bytes(kept.read_bytes()[:100])
    assert models(dbt.parse(Variables())) == {"one"}
    assert dbt.runs == 2
