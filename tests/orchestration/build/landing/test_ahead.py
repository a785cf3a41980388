"""The landing zone is read while the tools start: once, with its errors heard, never beyond the home's lock."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ingestion.landing.batch import LandingReport
from orchestration.build import intake
from orchestration.build.options import Options
from orchestration.build.run import BuildRun
from orchestration.errors import UsageError
from orchestration.settings import Settings


class Reading:
    """Stands for `intake.land`: waits until it is let go, then gives a report or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.may_end = threading.Event()
        self.calls = 0
        self.has_ended = False
        self.report = LandingReport(warnings=["read"])

    def __call__(self, *_: object, **__: object) -> LandingReport:
        self.calls += 1
        assert self.may_end.wait(30)
        self.has_ended = True
        if self.error:
            raise self.error
        return self.report


@pytest.fixture
def run(tmp_path: Path) -> BuildRun:
    (tmp_path / "landing").mkdir()
    return BuildRun(Settings(str(tmp_path / "landing"), tmp_path / "home"), Options(), lambda _: None)


def test_what_was_read_ahead_is_not_read_again(run: BuildRun, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = Reading()
    monkeypatch.setattr(intake, "land", reading)
    with run.landing_ahead():
        assert not reading.has_ended
        reading.may_end.set()
        assert run.land().warnings == ["read"]
    assert reading.calls == 1
    assert run.land().warnings == ["read"]
    assert reading.calls == 2


def test_an_error_of_reading_ahead_is_raised_where_it_is_asked_for(
    run: BuildRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = Reading(UsageError("no such feed"))
    monkeypatch.setattr(intake, "land", reading)
    reading.may_end.set()
    with pytest.raises(UsageError, match="no such feed"), run.landing_ahead():
        run.land()


def test_a_build_that_fails_elsewhere_waits_for_the_reader(
    run: BuildRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = Reading()
    monkeypatch.setattr(intake, "land", reading)
    threading.Timer(0.3, reading.may_end.set).start()
    with pytest.raises(RuntimeError, match="does not parse"), run.landing_ahead():
        raise RuntimeError("does not parse")
    assert reading.has_ended
