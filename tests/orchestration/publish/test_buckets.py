"""The published files in a bucket of a real S3 server: what readers of `latest.json` see, whatever happens."""

from __future__ import annotations

import json
import multiprocessing
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.config import BucketTarget
from ingestion.landing.objects.store import Bucket
from orchestration.home import Home
from orchestration.publish import targets
from publish_targets.buckets import copying
from publish_targets.errors import TargetError
from tests.harness import buckets

FIRST, SECOND, THIRD, FOURTH = (f"2026010{day}T000000Z-bbbb" for day in (3, 4, 5, 6))
TABLES = ("a", "b", "c")
TO = "s3://shop/insights"


@pytest.fixture(scope="module")
def server() -> Iterator[buckets.Server]:
    with buckets.running() as server:
        yield server


@dataclass
class Shop:
    """A home that publishes to a bucket, and a reader of the bucket."""

    home: Home
    server: buckets.Server

    def build(self, build_id: str) -> Path:
        """Publish a build in the home: tables that hold its id, and other files."""
        folder = self.home.build_folder(build_id)
        (folder / "parquet").mkdir(parents=True)
        for table in TABLES:
            duckdb.sql(f"copy (select '{build_id}' as build) to '{folder}/parquet/{table}.parquet'")
        (folder / "data_docs").mkdir()
        (folder / "data_docs" / "index.html").write_text(build_id)
        self.home.published.unlink(missing_ok=True)
        self.home.published.symlink_to(folder)
        return folder

    def send(self, build_id: str, **options: object) -> bool:
        """Build, and copy that into the bucket; return whether it was missing there."""
        folder = self.home.build_folder(build_id)
        if not folder.exists():
            self.build(build_id)
        target = BucketTarget(TO, **options)  # type: ignore[arg-type]
        return copying.bring_up_to_date(target, folder, build_id, print)

    @property
    def folder(self) -> Path:
        return self.server.folder / "shop" / "insights"

    def seen(self) -> str:
        """The build that a reader sees: every table must be of it."""
        latest = json.loads((self.folder / "latest.json").read_bytes())
        assert sorted(latest["tables"]) == [*TABLES]
        found = {
            duckdb.sql(f"select build from '{self.folder / table['file']}'").fetchall()[0][0]
            for table in latest["tables"].values()
        }
        assert found == {latest["build_id"]}
        return str(latest["build_id"])

    def builds(self) -> list[str]:
        """The builds of which anything is in the bucket."""
        return sorted({path.relative_to(self.folder / "builds").parts[0] for path in self._objects()})

    def _objects(self) -> list[Path]:
        return [path for path in (self.folder / "builds").rglob("*") if path.is_file()]


@pytest.fixture
def shop(server: buckets.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("ingestion.landing.retries.PAUSES", ())
    monkeypatch.setattr("ingestion.landing.objects.store._RETRIES", {"max_retries": 0})
    monkeypatch.setattr(targets, "PAUSES", (0, 0))
    server.bucket("shop")
    server.requests.clear()
    yield Shop(Home(tmp_path / "home"), server)
    server.fault = lambda method, path: None


def test_readers_are_led_to_the_newest_build_and_earlier_ones_go_by_retention(shop: Shop) -> None:
    for build_id, kept in ((FIRST, [FIRST]), (SECOND, [FIRST, SECOND]), (THIRD, [SECOND, THIRD])):
        assert shop.send(build_id)
        assert (shop.seen(), shop.builds()) == (build_id, kept)
    assert not shop.send(THIRD)
    assert shop.send(FOURTH, keep=3)
    assert shop.builds() == [SECOND, THIRD, FOURTH]


def test_the_whole_folder_of_a_build_can_be_copied(shop: Shop) -> None:
    shop.send(FIRST)
    assert not (shop.folder / "builds" / FIRST / "data_docs").exists()
    assert shop.send(FIRST, everything=True)
    assert (shop.folder / "builds" / FIRST / "data_docs" / "index.html").read_text() == FIRST
    assert shop.seen() == FIRST


@pytest.mark.parametrize("written", range(4))
def test_cut_short_anywhere_readers_see_a_whole_build_and_the_next_goes_on(shop: Shop, written: int) -> None:
    shop.send(FIRST)
    left = [None] * written
    shop.server.fault = lambda method, path: 503 if method == "PUT" and not (left and [left.pop()]) else None
    with pytest.raises(TargetError, match="does not answer"):
        shop.send(SECOND)
    assert shop.seen() == FIRST
    shop.server.fault = lambda method, path: None
    shop.server.requests.clear()
    shop.send(SECOND)
    assert sum(method == "PUT" for method, _ in shop.server.requests) == 4 - written
    assert shop.seen() == SECOND


def test_killed_in_the_middle_readers_see_a_whole_build(shop: Shop) -> None:
    shop.send(FIRST)
    shop.build(SECOND)

    def slow(method: str, path: str) -> None:
        if method == "PUT" and "b.parquet" in path:
            time.sleep(30)

    shop.server.fault = slow
    process = multiprocessing.get_context("spawn").Process(
        target=copying.bring_up_to_date,
        args=(BucketTarget(TO), shop.home.build_folder(SECOND), SECOND, print),
    )
    process.start()
    while not any("b.parquet" in path for method, path in shop.server.requests if SECOND in path):
        time.sleep(0.05)
    assert process.pid
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert shop.seen() == FIRST
    shop.server.fault = lambda method, path: None
    shop.build(THIRD)
    shop.send(THIRD)
    assert (shop.seen(), shop.builds()) == (THIRD, [SECOND, THIRD])
    shop.send(FOURTH)
    assert (shop.seen(), shop.builds()) == (FOURTH, [THIRD, FOURTH])


def test_builds_of_before_an_erasure_go_at_once(shop: Shop) -> None:
    shop.send(FIRST, keep=5)
    shop.send(SECOND, keep=5)
    folder = shop.build(THIRD)
    erased_at = datetime(2026, 1, 4, 12, tzinfo=UTC)
    copying.bring_up_to_date(BucketTarget(TO, 5), folder, THIRD, print, erased_at)
    assert (shop.seen(), shop.builds()) == (THIRD, [THIRD])


def test_what_others_put_there_is_left_alone(shop: Shop) -> None:
    (shop.folder / "builds" / "mine").mkdir(parents=True)
    (shop.folder / "builds" / "mine" / "x.txt").write_text("x")
    for build_id in (FIRST, SECOND, THIRD):
        shop.send(build_id, keep=1)
    assert shop.builds() == [THIRD, "mine"]
    Bucket(TO).write("latest.json", b'{"build_id": "of another tool"}')
    with pytest.raises(TargetError, match="not Touchpoint's: name a folder of its own"):
        shop.send(FOURTH)


def test_a_bucket_that_does_not_answer_is_tried_again_and_one_that_refuses_is_not(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.build(FIRST)
    left = [503, 503]
    shop.server.fault = lambda method, path: left.pop() if left else None
    said: list[str] = []
    assert targets.bring_up_to_date(shop.home, FIRST, [BucketTarget(TO)], said.append) == []
    assert sum("trying again" in line for line in said) == 2
    assert shop.seen() == FIRST
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    shop.server.requests.clear()
    (failed,) = targets.bring_up_to_date(shop.home, FIRST, [BucketTarget(TO)], said.append)
    assert failed.startswith(f"{TO}: misses the published build. {TO}: access is refused")
    assert len(shop.server.requests) == 1
    assert "wrong" not in failed and buckets.KEY not in failed
