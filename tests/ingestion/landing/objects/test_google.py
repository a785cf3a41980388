"""A landing zone in a bucket of Google Cloud Storage: what differs from S3 in its answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ingestion.config import BucketTarget, Config
from ingestion.errors import StoreError
from ingestion.landing.objects.store import Bucket
from ingestion.landing.run import land
from publish_targets.buckets import copying
from tests.harness import google
from tests.ingestion.zone import DAY, Zone, event


@pytest.fixture(scope="module")
def server() -> Iterator[google.Server]:
    with google.running() as server:
        yield server


@pytest.fixture
def bucket(server: google.Server, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    server.bucket("landing")
    server.requests.clear()
    return Bucket("gs://landing/in")


def test_a_bucket_is_read_once_and_published_to(
    server: google.Server, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = Zone(tmp_path)
    names = ["a.ndjson", "b ü+%.ndjson", "hours/c.ndjson"]
    for number, name in enumerate(names):
        bucket.write(f"sendgrid/{DAY}/{name}", event(number).encode())
    report = land(zone.home, bucket.address, Config())
    assert (report.new_files, report.warnings) == (3, [])
    assert zone.ledger("select file from files order by 1") == [(name,) for name in names]

    def fetched() -> list[str]:
        asked = [path for method, path in server.requests if method == "GET" and "list-type" not in path]
        server.requests.clear()
        return asked

    fetched()
    bucket.write(f"sendgrid/{DAY}/a.ndjson", event(0).encode())  # the same content
    bucket.write(f"sendgrid/{DAY}/d.ndjson", event(3).encode())
    bucket.write("sendgrid/2026-02-01/old.ndjson", event(4).encode())
    report = land(zone.home, bucket.address, Config(), from_day=date.fromisoformat(DAY))
    assert (report.new_files, report.unchanged_files) == (1, 3)
    assert fetched() == [f"/landing/in/sendgrid/{DAY}/d.ndjson"]
    bucket.write(f"sendgrid/{DAY}/a.ndjson", event(9).encode())
    for times in (1, 0):
        assert len(land(zone.home, bucket.address, Config()).changed) == 1
        assert fetched().count(f"/landing/in/sendgrid/{DAY}/a.ndjson") == times
    bucket.remove([f"sendgrid/{DAY}/d.ndjson"])
    warnings = land(zone.home, bucket.address, Config()).warnings
    assert any("d.ndjson: no longer in the landing zone" in warning for warning in warnings)

    build = tmp_path / "build"
    (build / "data_docs").mkdir(parents=True)
    (build / "data_docs" / "index.html").write_text("x")
    target = BucketTarget("gs://landing/out", everything=True)
    assert copying.bring_up_to_date(target, build, "20260103T000000Z-bbbb", print)
    assert not copying.bring_up_to_date(target, build, "20260103T000000Z-bbbb", print)
    server.fault = lambda method, path: 403
    with pytest.raises(StoreError, match="access is refused"):
        land(zone.home, bucket.address, Config())
