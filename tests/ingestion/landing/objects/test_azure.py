"""A landing zone in an Azure container, against Azurite: what differs from S3 in its answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.config import BucketTarget, Config
from ingestion.errors import StoreError
from ingestion.landing.objects.store import Bucket
from ingestion.landing.run import land
from publish_targets.buckets import copying
from tests.harness import azure
from tests.ingestion.zone import DAY, Zone, event


@pytest.fixture(scope="module")
def server() -> Iterator[azure.Server]:
    with azure.running() as server:
        yield server


@pytest.fixture
def container(server: azure.Server, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    server.container("landing")
    return Bucket("az://landing/in")


def test_a_container_is_read_once_and_published_to(
    container: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = Zone(tmp_path)
    for number in range(3):
        container.write(f"sendgrid/{DAY}/{number}.ndjson", event(number).encode())
    report = land(zone.home, container.address, Config())
    assert (report.new_files, report.warnings) == (3, [])
    fetched: list[object] = []
    fetch = Bucket.fetch
    monkeypatch.setattr(Bucket, "fetch", lambda *given: fetched.append(given) or fetch(*given))
    container.write(f"sendgrid/{DAY}/3.ndjson", event(3).encode())
    report = land(zone.home, container.address, Config())
    assert (report.new_files, report.unchanged_files, len(fetched)) == (1, 3, 1)
    build = tmp_path / "build"
    (build / "data_docs").mkdir(parents=True)
    (build / "data_docs" / "index.html").write_text("x")
    target = BucketTarget("az://landing/out", everything=True)
    assert copying.bring_up_to_date(target, build, "20260103T000000Z-bbbb", print)
    assert not copying.bring_up_to_date(target, build, "20260103T000000Z-bbbb", print)
    with pytest.raises(StoreError, match="there is no such bucket"):
        land(zone.home, "az://nowhere/in", Config())
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "bm90IHRoaXMgb25l")
    with pytest.raises(StoreError, match="access is refused") as refused:
        land(zone.home, container.address, Config())
    assert "bm90IHRoaXMgb25l" not in str(refused.value)
