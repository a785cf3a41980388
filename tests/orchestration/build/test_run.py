"""The steps of a build, in other orders than the job's."""

from __future__ import annotations

from pathlib import Path

import pytest

import expectations
from expectations import CheckResult
from orchestration import connections
from orchestration.build.dbt.runner import Dbt, NodeResult
from orchestration.build.run import BuildRun, Options
from orchestration.home import Home
from orchestration.publish import publish
from orchestration.settings import Settings


class ReachedError(Exception):
    """A step was reached that the test does not go through."""


def test_publishing_alone_does_not_lose_files_that_were_read_before(
    landing: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(*_: object, **__: object) -> None:
        raise ReachedError

    monkeypatch.setattr(Dbt, "build", build)
    published = Home(home).published.resolve()
    run = BuildRun(Settings(str(landing), home), Options(), progress=lambda _: None)
    run.land()
    with pytest.raises(ReachedError):
        run.publish()
    assert run.new_files()
    assert Home(home).published.resolve() == published


def refreshes(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each run of dbt was told to make everything anew; nothing is run."""
    told: list[bool] = []

    def build(*_: object, full_refresh: bool, **__: object) -> list[NodeResult]:
        told.append(full_refresh)
        return []

    monkeypatch.setattr(Dbt, "build", build)
    return told


def test_after_some_tables_were_made_alone_everything_is_made_anew(
    landing: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What an interaction was is noted by another model than the one that replaces it.
    told = refreshes(monkeypatch)
    settings = Settings(str(landing), home)
    run = BuildRun(settings, Options(), progress=lambda _: None)
    run.transform(["int_interactions"])
    assert BuildRun(settings, Options(), progress=lambda _: None).plan.full_refresh
    run.transform()
    assert told == [False, True]


def test_looking_at_half_a_build_does_not_make_it_a_whole_one(
    landing: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    red = CheckResult("check", "audit", "table", False, "something", "nothing", "message")
    monkeypatch.setattr(expectations, "audit", lambda *_: [red])
    settings = Settings(str(landing), home)
    killed = BuildRun(settings, Options(full_refresh=True), progress=lambda _: None)
    killed.expose()
    run = BuildRun(settings, Options(), progress=lambda _: None)
    assert run.audit() != []
    assert run.blocking
    assert BuildRun(settings, Options(), progress=lambda _: None).plan.full_refresh


def test_what_is_read_after_the_rows_were_shown_is_not_taken_for_published(
    landing: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = refreshes(monkeypatch)
    monkeypatch.setattr(expectations, "audit", lambda *_: [])
    monkeypatch.setattr(publish, "publish", lambda home, *_: home.published)
    run = BuildRun(Settings(str(landing), home), Options(), progress=lambda _: None)
    run.transform()
    assert not run.new_files()
    run.land()
    new = {file.file for file in run.new_files()}
    assert new
    run.publish()
    with connections.read(Home(home).work) as work:
        shown = {file for (file,) in work.execute("select file from raw.files").fetchall()}
    assert new <= shown
    assert told == [False, False]
