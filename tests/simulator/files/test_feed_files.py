"""Files can be read with plain JSON, are the same for a seed, and match their record counts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from simulator import simulate
from simulator.files.emitters.registry import EMITTERS
from tests.simulator import landing_files
from tests.simulator.conftest import Simulated


def _tree(landing: Path) -> dict[str, bytes]:
    return {str(p.relative_to(landing)): p.read_bytes() for p in landing.rglob("*") if p.is_file()}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        simulate(tmp_path / name, contacts=30, days=3, seed=9, faults=["all"])
    assert _tree(tmp_path / "one") == _tree(tmp_path / "two")
    simulate(tmp_path / "three", contacts=30, days=3, seed=10, faults=["all"])
    assert _tree(tmp_path / "one") != _tree(tmp_path / "three")


#: All feeds but those with a line format of their own.
JSON_FEEDS = [feed for feed, emitter in EMITTERS.items() if emitter.malformed is None]


@pytest.mark.parametrize("feed", JSON_FEEDS)
def test_every_record_of_a_clean_feed_is_plain_json(clean: Simulated, feed: str) -> None:
    found = list(landing_files.events(clean.landing, feed))
    assert len(found) == clean.truth["books"][feed]["records_read"] > 0
    assert all(isinstance(body, dict) for body in found)


@pytest.mark.parametrize("feed", EMITTERS)
def test_books_balance(faulty: Simulated, feed: str) -> None:
    books = faulty.truth["books"][feed]
    quarantined = sum(books["quarantined"].values())
    parts = books["events"] + books["duplicates"] + books["shadows"] + books["ignored"] + quarantined
    assert books["records_read"] == parts
    by_file = [row for row in faulty.truth["files"] if row["feed"] == feed]
    assert sum(row["records_read"] for row in by_file) == books["records_read"]
    assert {f"{row['arrival_date']}/{row['file']}" for row in by_file} == {
        str(path.relative_to(faulty.landing / feed))
        for path in landing_files.feed_files(faulty.landing, feed)
    }


def test_only_arrival_days_of_the_world_exist(clean: Simulated) -> None:
    days = {path.name for path in clean.landing.glob("*/*") if path.is_dir()}
    assert days == {f"2026-01-{day:02d}" for day in range(1, 15)}


def test_shapes_vary(clean: Simulated) -> None:
    names = Counter("".join(Path(row["file"]).suffixes) for row in clean.truth["files"])
    assert {".json", ".ndjson", ".json.gz", ".json.zst", ".csv", ".parquet"} <= set(names)
    ses = [landing_files.content(path) for path in landing_files.feed_files(clean.landing, "ses")]
    assert any(b"}{" in raw for raw in ses)
    assert any(b'"Type": "Notification"' in raw or b'"Type":"Notification"' in raw for raw in ses)
    mandrill = [landing_files.content(path) for path in landing_files.feed_files(clean.landing, "mandrill")]
    assert any(raw.startswith(b"mandrill_events=") for raw in mandrill)


def test_ids_travel_where_each_provider_puts_them(clean: Simulated) -> None:
    sendgrid = next(landing_files.events(clean.landing, "sendgrid"))
    assert {"contact_id", "email_id", "journey_id", "iteration_id", "tile_id"} <= set(sendgrid)
    ses = next(landing_files.events(clean.landing, "ses"))
    assert isinstance(ses["mail"]["tags"]["contact_id"], list)
    assert "contact_id" in next(landing_files.events(clean.landing, "mailgun"))["user-variables"]
    assert "contact_id" in next(landing_files.events(clean.landing, "postmark"))["Metadata"]
    assert "contact_id" in next(landing_files.events(clean.landing, "sparkpost"))["rcpt_meta"]
    assert '"contact_id"' in next(landing_files.events(clean.landing, "brevo"))["X-Mailin-custom"]
    assert "contact_id" in next(landing_files.events(clean.landing, "mandrill"))["msg"]["metadata"]
