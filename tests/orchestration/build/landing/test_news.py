"""The cheap look that decides whether a build has anything to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.config import Config
from orchestration.build import intake
from orchestration.build.landing import ledger_checks, news
from orchestration.home import Home
from tests.ingestion.zone import Zone, event


def has_news(home: Home, landing: str) -> bool:
    with intake.read_ledger(home) as ledger:
        return news.glance(ledger, landing, Config(), None, None).has_news


def test_a_file_that_could_not_be_opened_is_news_once_it_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = Zone(tmp_path)
    closed, opened = zone.put(event(1)), Path.open

    def refuse(path: Path, *arguments: object, **options: object) -> object:
        if path == closed:
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        zone.land()
    intake.mark_published(Home(zone.home))
    home, landing = Home(zone.home), str(zone.landing)
    with monkeypatch.context() as patched:
        patched.setattr("os.access", lambda *_: False)
        assert not has_news(home, landing)
    assert has_news(home, landing)
    zone.land()
    intake.mark_published(home)
    assert not has_news(home, landing)


def test_what_a_landing_left_aside_is_an_alarm_that_names_it(tmp_path: Path) -> None:
    zone = Zone(tmp_path)
    changed = zone.put(event(1))
    gone = zone.put(event(2), "b.ndjson")
    zone.put(event(3), day="03-02-2026")
    zone.land()
    changed.write_text(event(4) + event(5))
    gone.unlink()
    report = zone.land()
    whole, unchanged = ledger_checks.of_landing(report.left_aside, report.changed, report.warnings)
    assert (whole.kind, whole.passed, unchanged.passed) == ("arrival", False, False)
    assert "sendgrid/03-02-2026: not read" in whole.observed
    assert "a.ndjson: changed after it was read" in unchanged.observed
    assert "b.ndjson: no longer in the landing zone" in unchanged.observed


def test_files_that_are_gone_are_named_without_an_alarm() -> None:
    whole, unchanged = ledger_checks.of_landing([], [], ["x: no longer in the landing zone"])
    assert (whole.passed, unchanged.passed) == (True, True)
    assert unchanged.observed == "x: no longer in the landing zone"
