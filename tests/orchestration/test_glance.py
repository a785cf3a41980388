"""The cheap look that decides whether a build has anything to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.config import Config
from orchestration import intake
from orchestration.home import Home
from tests.ingestion.zone import Zone, event


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
        assert not intake.glance(home, landing, Config(), None, None).has_news
    assert intake.glance(home, landing, Config(), None, None).has_news
    zone.land()
    intake.mark_published(home)
    assert not intake.glance(home, landing, Config(), None, None).has_news
