"""The insights app bears hostile requests and damaged builds, and planted faults are found."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reliability.builds.process import Command
from reliability.experiments.app import FAULTS, attack
from reliability.experiments.app.published import PublishedHome
from reliability.outcome import Outcome
from tests.harness.worlds import World

SEED = 20260101
SAMPLE = [
    fault
    for fault in FAULTS
    if fault.name in ("the file is spoiled", "a mart is missing", "the file is cut while it is read")
]


@pytest.fixture
def home(clean_world: World, tmp_path: Path) -> PublishedHome:
    """A home of two builds: a world, and the same with every second message."""
    other = shutil.copyfile(clean_world.published, tmp_path / "other.duckdb")
    other.chmod(0o644)
    with duckdb.connect(str(other)) as connection:
        connection.execute("use marts; update build_info set build_id = 'other'")
        for table in ("fct_email_messages", "mart_email_kpis_daily"):
            connection.execute(f"delete from {table} where hash(email_id) % 2 = 0")
    return PublishedHome.make(tmp_path / "home", {"one": clean_world.published, "other": other})


def attacked(home: PublishedHome, around: Callable[[Command], int] | None, size: int = 240) -> list[Outcome]:
    return attack(home, size, SEED, home.root / "log", print, around=around, faults=SAMPLE)


@pytest.mark.slow
def test_no_hostile_request_and_no_damage_gives_a_wrong_page(home: PublishedHome) -> None:
    outcomes = attacked(home, None)
    assert [finding for outcome in outcomes for finding in outcome.findings] == []
    assert all(outcome.tried > 50 for outcome in outcomes)


def _app(planted: Callable[..., Any], target: str, command: Command) -> int:
    """Run the server with a part of it replaced; target: module, class and attribute."""
    import importlib

    module, _, path = target.partition(":")
    owner: Any = importlib.import_module(module)
    *folders, name = path.split(".")
    for folder in folders:
        owner = getattr(owner, folder)
    setattr(owner, name, planted)
    return command()


def _tells_everything(error: Exception) -> Any:
    import traceback

    from insights_app.server.failures import Told

    return Told(500, "".join(traceback.format_exception(error)))


def _record_as_a_file(self: Any, request: Any) -> Any:
    from starlette.responses import Response

    text = str(request.path_params) + str(request.query_params)
    return Response(Path("/etc/passwd").read_bytes() if "passwd" in text else b"", media_type="text/css")


def _newest_for_every_query(self: Any, sql: str, bound: Any) -> Any:
    """Ask whatever is published at the moment of the query, not of the page."""
    file = self.folder.parent.parent / "published" / "insights.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file.resolve()}' as published (read_only); use published.marts")
        connection.execute("set TimeZone = 'UTC'")
        result = connection.execute(sql, bound)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _one_more(value: Any) -> str:
    import itertools

    _one_more.calls = getattr(_one_more, "calls", itertools.count())  # type: ignore[attr-defined]
    return f"{int(value) + (next(_one_more.calls) % 50 == 49):,}"  # type: ignore[attr-defined]


PLANTED = {
    "status 500|tells of the inside": (_tells_everything, "insights_app.server.failures:told"),
    "shows another file": (_record_as_a_file, "insights_app.server.app:InsightsApp.page"),
    "differs from one in .*; other in": (
        _newest_for_every_query,
        "insights_app.published.reader:Reader._ask",
    ),
    "differs from one in": (_one_more, "insights_app.pages.values:count"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("words", "planted"), PLANTED.items(), ids=PLANTED)
def test_a_planted_fault_is_found(words: str, planted: tuple[Any, str], home: PublishedHome) -> None:
    import re

    around = partial(_app, *planted)
    found = [finding for outcome in attacked(home, around) for finding in outcome.findings]
    assert any(re.search(words, finding) for finding in found), found[:20]
