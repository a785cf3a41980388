"""Steps that are run apart: each goes on from what is on disk, or says why it cannot."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

import expectations
from engines.change_logs import Logged
from expectations import CheckResult
from ingestion.errors import StoreError
from orchestration.build import disk_errors
from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.build.dbt.verdicts import NodeResult
from orchestration.build.description import ArrivalDays, describe
from orchestration.build.options import Options
from orchestration.build.run import BuildRun
from orchestration.errors import AuditRedError, TouchpointError
from orchestration.home import Home
from orchestration.publish import publish
from orchestration.settings import Settings

RED = CheckResult("check", "audit", "table", False, "something", "nothing", "message")


@pytest.fixture
def settings(landing: Path, home: Path) -> Settings:
    return Settings(str(landing), home)


def fresh(settings: Settings, **options: bool) -> BuildRun:
    """The steps as another process would have them."""
    return BuildRun(settings, Options(**options), progress=lambda _: None)  # type: ignore[arg-type]


@pytest.mark.parametrize(("is_strict", "blocking"), [(False, ["audit"]), (True, ["audit", "arrival"])])
def test_red_audits_forbid_publishing_and_red_arrivals_only_where_asked(
    is_strict: bool, blocking: list[str], tmp_path: Path
) -> None:
    arrival = replace(RED, kind="arrival")
    run = fresh(Settings(str(tmp_path), tmp_path), strict=is_strict)
    assert [check.kind for check in run.blocking([RED, arrival, replace(RED, passed=True)])] == blocking


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool, bool]]:
    """Whether each run of dbt made everything anew and whether it resumed another; nothing is run."""
    told: list[tuple[bool, bool]] = []

    def build(_: Dbt, variables: Variables, *, full_refresh: bool, **__: object) -> list[NodeResult]:
        told.append((full_refresh, variables.resume_interrupted_build))
        return []

    monkeypatch.setattr(Dbt, "build", build)
    monkeypatch.setattr(expectations, "judge", lambda *_: [])
    monkeypatch.setattr(publish, "publish", lambda home, *_, **__: home.published)
    return told


def test_each_step_goes_on_from_the_one_before_it_in_another_process(
    settings: Settings, told: list[tuple[bool, bool]]
) -> None:
    fresh(settings).land()
    plan = fresh(settings).expose()
    fresh(settings).transform()
    fresh(settings).audit()
    assert fresh(settings).new_files()
    assert fresh(settings).publish().build_id == plan.build_id
    assert not fresh(settings).new_files()
    assert told == [(False, False)]


def test_a_step_does_not_run_those_before_it(settings: Settings, told: list[tuple[bool, bool]]) -> None:
    with pytest.raises(TouchpointError, match="no build is at this step"):
        fresh(settings).publish()
    fresh(settings).land()
    with pytest.raises(TouchpointError, match="no build is at this step"):
        fresh(settings).transform()
    fresh(settings).expose()
    fresh(settings).transform()
    with pytest.raises(TouchpointError, match="is not audited"):
        fresh(settings).publish()
    assert told == [(False, False)]
    assert fresh(settings).new_files()


def test_dbt_resumes_where_it_was_cut_short(
    settings: Settings, told: list[tuple[bool, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh(settings).land()
    fresh(settings).expose()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Dbt, "build", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        fresh(settings).transform()
    fresh(settings).transform()
    assert told == [(False, True)], "what the models had logged was forgotten"


def test_files_that_readers_have_are_linked_only_if_this_build_follows_the_published_one(
    settings: Settings, told: list[tuple[bool, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    linked: list[list[str]] = []
    followed: list[bool] = []

    def keep(
        home: Home, *_: object, unchanged: list[str], logged: dict[str, Logged], **__: object
    ) -> Path | None:
        linked.append(unchanged)
        followed.append("insights.marts.fct_email_events" in logged)
        return home.published

    monkeypatch.setattr(publish, "publish", keep)
    for is_published in (False, True, True):
        run = fresh(settings)
        run.dbt.unchanged = ["insights.marts.dim_page"]
        run.land()
        run.expose()
        run.transform()
        run.audit()
        if is_published:
            run.publish()
    assert linked == [[], ["insights.marts.dim_page"]]
    assert followed == [False, True]


def test_no_verdict_of_before_outlives_a_full_refresh(settings: Settings) -> None:
    docs = Home(settings.home).data_docs
    docs.mkdir(parents=True, exist_ok=True)
    fresh(settings).land()
    fresh(settings).expose()
    assert docs.exists()
    fresh(settings, full_refresh=True).expose()
    assert not docs.exists()


def test_what_is_read_after_the_rows_were_exposed_is_not_taken_for_published(
    settings: Settings, told: list[tuple[bool, bool]]
) -> None:
    fresh(settings).expose()
    fresh(settings).transform()
    fresh(settings).audit()
    fresh(settings).land()
    with pytest.raises(TouchpointError, match="no build is at this step"):
        fresh(settings).publish()
    assert fresh(settings).new_files()


def test_a_build_of_other_rules_does_not_go_on(
    settings: Settings, told: list[tuple[bool, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh(settings).expose()
    monkeypatch.setattr(BuildRun, "fingerprint", "another")
    with pytest.raises(TouchpointError, match="has changed since build"):
        fresh(settings).transform()
    assert told == []


def test_a_red_audit_is_not_published_by_a_later_step(
    settings: Settings, told: list[tuple[bool, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh(settings).expose()
    fresh(settings).transform()
    monkeypatch.setattr(expectations, "judge", lambda *_: [RED])
    assert RED in fresh(settings).audit()
    with pytest.raises(AuditRedError, match="something"):
        fresh(settings).publish()
    monkeypatch.setattr(expectations, "judge", lambda *_: [])
    fresh(settings).audit()
    fresh(settings).publish()
    assert len(told) == 1


def test_after_some_tables_were_made_alone_everything_is_made_anew(
    settings: Settings, told: list[tuple[bool, bool]]
) -> None:
    # What an interaction was is noted by another model than the one that replaces it.
    fresh(settings).transform(["int_interactions"])
    with pytest.raises(TouchpointError, match="no build is at this step"):
        fresh(settings).publish()
    assert fresh(settings).plan.full_refresh
    fresh(settings).expose()
    fresh(settings).transform()
    assert told == [(False, False), (True, True)]


def test_looking_at_half_a_build_does_not_make_it_a_whole_one(
    settings: Settings, told: list[tuple[bool, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expectations, "judge", lambda *_: [RED])
    fresh(settings, full_refresh=True).expose()
    assert RED in fresh(settings).audit()
    assert fresh(settings).plan.full_refresh


def test_what_is_published_half_way_is_published_by_the_same_step(
    settings: Settings, told: list[tuple[bool, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    home = Home(settings.home)
    folder = home.published_build
    assert folder is not None
    plan = replace(fresh(settings).plan, build_id=folder.name)
    info = describe(plan, [], ArrivalDays(None, None, 0, 0), "UTC")
    again = publish.publish(home, info, [])
    assert again == folder
    assert home.published_build == folder


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (StoreError("it does not answer", may_pass=True), 3),
        (OSError(errno.EIO, os.strerror(errno.EIO)), 3),
        (duckdb.IOException("Could not read from file: Stale file handle"), 3),
        (StoreError("access is refused"), 1),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), 1),
        (duckdb.IOException("Could not set lock on file"), 1),
        (RuntimeError("a mistake"), 1),
    ],
)
def test_a_step_is_tried_again_where_that_may_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, tries: int
) -> None:
    monkeypatch.setattr(disk_errors, "PAUSES", (0, 0))
    tried: list[int] = []

    def fail(*_: object, **__: object) -> None:
        tried.append(1)
        raise error

    monkeypatch.setattr("ingestion.landing.run.land", fail)
    with pytest.raises((type(error), TouchpointError)):
        fresh(Settings(str(tmp_path), tmp_path / "home")).take_all_steps()
    assert len(tried) == tries
