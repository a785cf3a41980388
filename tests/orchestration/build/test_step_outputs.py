"""What steps leave on disk is read back as it was; what cannot be read counts as a step that did not run."""

from __future__ import annotations

from pathlib import Path

import pytest

from engines.change_logs import Logged
from expectations import CheckResult
from orchestration.build.plan import Plan
from orchestration.build.step_outputs import AUDIT, EXPOSE, LAND, TRANSFORM, Landed, StepOutputs, Transformed
from orchestration.home import Home

LANDED = Landed(["a warning"], ["left aside"], ["changed"])
PLAN = Plan("build", "fingerprint", full_refresh=False, resume_interrupted_build=True)
CHECKS = [CheckResult("name", "audit", "marts.table", False, "observed", "expected", "message", [])]


@pytest.fixture
def outputs(tmp_path: Path) -> StepOutputs:
    outputs = StepOutputs(Home(tmp_path))
    outputs.write(LAND, LANDED)
    outputs.write(EXPOSE, PLAN)
    outputs.write(AUDIT, CHECKS)
    return outputs


def test_outputs_are_read_as_they_were_written(outputs: StepOutputs) -> None:
    assert (outputs.landed(), outputs.plan(), outputs.checks()) == (LANDED, PLAN, CHECKS)
    assert outputs.transformed() is None


def test_what_the_transformation_found_is_read_as_it_was_written(outputs: StepOutputs) -> None:
    view = Logged("insights.marts.fct_page_visits", ("interaction_id",), ("insights.marts.dim_page",))
    transformed = Transformed(
        CHECKS,
        ["insights.marts.dim_date"],
        ["insights.marts.dim_page"],
        {"insights.marts.mart_page_visits": view},
    )
    outputs.write(TRANSFORM, transformed)
    assert outputs.transformed() == transformed


def test_outputs_of_later_steps_are_forgotten(outputs: StepOutputs) -> None:
    outputs.forget(after=LAND)
    assert (outputs.landed(), outputs.plan(), outputs.checks()) == (LANDED, None, None)


@pytest.mark.parametrize("text", ["", "{", '{"another": "version"}', "3"])
def test_a_spoiled_output_is_none(outputs: StepOutputs, tmp_path: Path, text: str) -> None:
    for step in (LAND, EXPOSE, TRANSFORM, AUDIT):
        (Home(tmp_path).build / "steps" / f"{step}.json").write_text(text, encoding="utf-8")
    assert (outputs.landed(), outputs.plan(), outputs.checks()) == (None, None, None)
    assert outputs.transformed() is None
