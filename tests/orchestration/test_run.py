"""The steps of a build, in other orders than the job's."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.run import BuildRun, Options
from orchestration.settings import Settings
from orchestration.transform import Dbt


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
