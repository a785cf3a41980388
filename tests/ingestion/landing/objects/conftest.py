"""A landing zone in a bucket of a real S3 server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingestion.config import Config
from ingestion.landing import retries
from ingestion.landing.batch import LandingReport
from ingestion.landing.objects.store import Bucket
from ingestion.landing.run import land
from tests.harness import buckets
from tests.ingestion.zone import DAY, Zone


@dataclass
class StoredZone(Zone):
    """A landing zone in a bucket, beside a home on the disk."""

    server: buckets.Server
    bucket: Bucket

    def put(
        self, content: bytes | str, name: str = "a.ndjson", day: str = DAY, feed: str = "sendgrid"
    ) -> Path:
        """Deliver an object; its key is returned."""
        key = f"{feed}/{day}/{name}" if day else f"{feed}/{name}"
        self.bucket.write(key, content.encode() if isinstance(content, str) else content)
        return Path(key)

    def remove(self, key: Path) -> None:
        """Remove an object."""
        self.bucket.remove([str(key)])

    def land(self, config: Config | None = None, **options: Any) -> LandingReport:
        """Land what is new."""
        return land(self.home, self.bucket.address, config or Config(), **options)

    def events(self) -> list[str]:
        """Ids of the events that were landed."""
        return [event_id for (event_id,) in self.rows("sg_event_id", "sg_event_id")]


@pytest.fixture(scope="session")
def server() -> Iterator[buckets.Server]:
    with buckets.running() as server:
        yield server


@pytest.fixture
def stored(server: buckets.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoredZone]:
    """An empty landing zone `s3://landing/in`; retries do not wait."""
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(retries, "PAUSES", (0, 0))
    server.bucket("landing")
    server.requests.clear()
    yield StoredZone(tmp_path, server, Bucket("s3://landing/in"))
    server.fault = lambda method, path: None
