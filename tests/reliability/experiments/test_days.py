"""In days of operation, an alert that is missing or that nobody expects is found."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from reliability.experiments import days
from reliability.outcome import Outcome


def test_alerts_that_are_missing_and_not_due_are_losses(tmp_path: Path) -> None:
    incidents = (days.Incident("a run fails", 2, 1, "a build failed"),)
    operation = days.Operation(tmp_path, 10, incidents, print)
    found = []
    for titles in (
        [(2, "a build failed"), (2, "over: a build failed")],
        [(2, "a build failed")],
        [(5, "a build failed"), (5, "over: a build failed")],
        [(2, "a build failed"), (2, "a build failed"), (3, "over: a build failed")],
    ):
        outcome = Outcome("daily operation", "", 10, "days")
        at = [(operation.now + timedelta(days=day), f"Touchpoint: {title}") for day, title in titles]
        days._compare_alerts(outcome, operation, days.Told("", at))
        found.append(outcome.losses)
    assert found == [0, 1, 4, 1]
