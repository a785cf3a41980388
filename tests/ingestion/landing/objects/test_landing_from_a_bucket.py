"""A landing zone in a bucket: read as one on a disk, only what is new, and with faults of the network."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingestion.config import Config
from ingestion.erasure.landing_search import search
from ingestion.errors import LandingError, StoreError
from ingestion.landing.feed import Feed
from ingestion.landing.objects import spool
from ingestion.landing.objects.spool import Spool
from ingestion.landing.objects.store import Bucket
from ingestion.landing.run import land
from ingestion.replay.run import Scope, replay
from tests.harness import buckets
from tests.ingestion.adapters import cdm
from tests.ingestion.landing.objects.conftest import StoredZone
from tests.ingestion.zone import DAY, Zone, event, native

FILES = {
    f"sendgrid/{DAY}/a.ndjson": event(1) + "\n" + event(2),
    f"sendgrid/{DAY}/hours/b ü+%.json.gz": gzip.compress(event(3).encode()),
    "sendgrid/year=2026/month=03/day=02/c.ndjson": event(4),
    "sendgrid/2026/03/03/05/d.ndjson": event(5) + "\nno event",
    "sendgrid/latest/e.ndjson": event(6),
    f"interactions/{DAY}/a.csv": native(1),
    f"interactions/{DAY}/b.csv": native(2),
    f"elsewhere/{DAY}/a.json": event(7),
    "readme.txt": "hello",
    f"sendgrid/{DAY}/.hidden": "x",
    f"sendgrid/{DAY}/half.json.part": "x",
}


def of_zone(zone: Zone) -> tuple[object, ...]:
    """All that a landing made, but for times and tags."""
    return (
        zone.books(),
        zone.ledger("select file_id, feed, arrival_date, file, size_bytes, checksum from files order by 1"),
        zone.quarantine("feed, file, line, byte_offset, reason_code, message, raw_text"),
        zone.ledger("select relation, feed, arrival_date, rows from parts order by all"),
    )


def test_a_bucket_is_read_as_a_folder_is(stored: StoredZone, tmp_path: Path) -> None:
    on_disk = Zone(tmp_path / "disk")
    for key, content in FILES.items():
        stored.bucket.write(key, content.encode() if isinstance(content, str) else content)
        path = on_disk.landing / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    report, expected = stored.land(), on_disk.land()
    assert of_zone(stored) == of_zone(on_disk)
    assert sorted(report.warnings) == sorted(expected.warnings)
    assert len(report.left_aside) == 3
    assert list((stored.home / "tmp").iterdir()) == []


def test_only_what_is_new_is_fetched(stored: StoredZone) -> None:
    stored.put(event(1))
    stored.put(event(2), "b.ndjson")
    stored.land()
    assert len(stored.server.read()) == 2
    stored.put(event(3), "c.ndjson")
    report = stored.land()
    assert stored.server.read() == [f"/landing/in/sendgrid/{DAY}/c.ndjson"]
    assert (report.new_files, report.unchanged_files) == (1, 2)
    stored.land()
    assert stored.server.read() == []
    assert stored.events() == ["e1", "e2", "e3"]


def test_from_a_day_on_earlier_ones_are_not_even_listed(stored: StoredZone) -> None:
    for day in (1, 2, 3):
        stored.put(event(day), day=f"2026-03-0{day}")
    stored.land(from_day=date(2026, 3, 2), to_day=date(2026, 3, 2))
    assert stored.events() == ["e2"]
    listed = [path for _, path in stored.server.requests if "start-after" in path]
    assert listed and all("2026-03-02" in path for path in listed)
    assert stored.land().new_files == 2


def test_an_object_written_again_counts_once_and_a_changed_one_is_told_of(stored: StoredZone) -> None:
    stored.put(event(1))
    stored.put(event(2), "b.ndjson")
    stored.land()
    stored.put(event(1))  # the same bytes: the tag is the same
    stored.put(event(9), "b.ndjson")  # as many bytes
    stored.server.read()
    report = stored.land()
    assert stored.server.read() == [f"/landing/in/sendgrid/{DAY}/b.ndjson"]
    assert [message.split(":")[0] for message in report.changed] == [f"sendgrid/{DAY}/b.ndjson"]
    again = stored.land()
    assert (again.changed, again.unchanged_files) == (report.changed, report.unchanged_files)
    assert stored.server.read() == [], "what it holds now is known not to be what was read"
    stored.put(event(8), "b.ndjson")
    assert stored.land().changed == report.changed
    assert stored.server.read() == [f"/landing/in/sendgrid/{DAY}/b.ndjson"]
    stored.put(event(2), "b.ndjson")
    assert stored.land().changed == []
    assert stored.land().changed == []
    assert stored.events() == ["e1", "e2"]


def test_a_removed_object_loses_nothing(stored: StoredZone) -> None:
    stored.remove(stored.put(event(1)))
    key = stored.put(event(2), "b.ndjson")
    stored.put(event(3), "c.ndjson")
    stored.land()
    stored.remove(key)
    (warning,) = stored.land().warnings
    assert "b.ndjson: no longer in the landing zone" in warning
    assert stored.events() == ["e2", "e3"]


def test_a_landing_zone_that_moves_into_a_bucket_counts_once(stored: StoredZone) -> None:
    on_disk = Zone(stored.root)
    on_disk.put(event(1))
    on_disk.land()
    stored.put(event(1))
    report = stored.land()
    assert (report.new_files, report.warnings) == (0, [])
    stored.server.read()
    stored.land()
    assert stored.server.read() == []
    on_disk.land()
    assert stored.events() == ["e1"]


def test_a_feed_may_have_a_bucket_of_its_own(stored: StoredZone) -> None:
    stored.server.bucket("mailer")
    Bucket("s3://mailer").write(f"{DAY}/a.ndjson", event(1).encode())
    Bucket("s3://mailer").write("2026/03/02/b.ndjson", event(2).encode())
    config = Config(feeds=(Feed("mailer", "sendgrid", "s3://mailer"),))
    stored.put(event(3))
    stored.land(config)
    on_disk = Zone(stored.root)
    on_disk.landing.mkdir()
    land(stored.home, on_disk.landing, config)
    assert stored.events() == ["e1", "e2", "e3"]
    assert stored.ledger("select feed, file from files order by 1, 2") == [
        *(("mailer", "2026/03/02/b.ndjson"), ("mailer", "a.ndjson"), ("sendgrid", "a.ndjson"))
    ]


def listing(*objects: tuple[str, int]) -> bytes:
    """A server's answer: keys and sizes of objects."""
    listed = (
        f"<Contents><Key>{key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>x</ETag>"
        f"<Size>{size}</Size></Contents>"
        for key, size in objects
    )
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(listed)}</ListBucketResult>".encode()


def test_marks_of_folders_are_no_files(stored: StoredZone) -> None:
    marks = ("", f"{DAY}/", "2026-03-02/", "2026-03-02/empty/")
    stored.put(event(1))
    answer = listing(*((f"in/sendgrid/{mark}", 0) for mark in marks), (f"in/sendgrid/{DAY}/a.ndjson", 150))
    stored.server.fault = lambda method, path: answer if "prefix=in%2Fsendgrid" in path else None
    report = stored.land()
    assert (report.new_files, report.warnings) == (1, [])


# ---- batches ------------------------------------------------------------------------------------------


def test_the_disk_holds_two_batches_at_most(stored: StoredZone, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        stored.put(event(number), f"{number}.ndjson")
    monkeypatch.setattr(spool, "BATCH_FILES", 3)
    seen: list[int] = []
    fetch = Spool._copy

    def watched(self: Spool, file: object, target: Path) -> object:
        seen.append(sum(path.is_file() for path in (stored.home / "tmp").rglob("*")))
        return fetch(self, file, target)  # type: ignore[arg-type]

    monkeypatch.setattr(Spool, "_copy", watched)
    stored.land()
    assert len(stored.events()) == 12
    assert max(seen) < 6


def test_a_large_object_is_fetched_in_pieces(stored: StoredZone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.landing.objects.store.PIECE_BYTES", 200)
    stored.put("\n".join(map(event, range(20))))
    stored.land()
    assert len(stored.events()) == 20
    assert len(stored.server.read()) > 5


def test_a_blob_that_grew_is_read_on_and_its_index_is_at_hand(stored: StoredZone) -> None:
    blob = "csv/EmailSent/p1.csv"
    one, two = (cdm.blob([cdm.record("EmailSent", f"k{key}") for key in range(keys)]) for keys in (1, 2))
    stored.put(one, blob, feed="dynamics365")
    stored.put(cdm.model([blob]), "model.json", feed="dynamics365")
    assert stored.land().warnings == []
    before = stored.ledger("select sum(records_read) from files")
    stored.put(two, blob, feed="dynamics365")
    report = stored.land()
    assert (report.warnings, report.changed) == ([], [])
    assert (before, stored.ledger("select sum(records_read) from files")) == ([(1,)], [(2,)])


# ---- faults -------------------------------------------------------------------------------------------


def fails(times: int, fault: int | str, part: str = "a.ndjson") -> Callable[[str, str], int | str | None]:
    """A fault that the first requests for an object meet."""
    left = [fault] * times

    def each(method: str, path: str) -> int | str | None:
        return left.pop() if left and part in path and method == "GET" else None

    return each


@pytest.mark.parametrize("fault", [503, 500, 429, "cut"])
def test_what_passes_is_tried_again(stored: StoredZone, fault: int | str) -> None:
    stored.put(event(1) + " " * 100_000)
    stored.server.fault = fails(2, fault)
    stored.land()
    assert stored.events() == ["e1"]


def test_listing_is_tried_again(stored: StoredZone) -> None:
    stored.put(event(1))
    stored.server.fault = fails(2, 503, "list-type")
    stored.land()
    assert stored.events() == ["e1"]


def test_what_was_landed_stays_where_the_network_fails(
    stored: StoredZone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "BATCH_FILES", 1)
    monkeypatch.setattr("ingestion.landing.objects.store._RETRIES", {"max_retries": 0})
    stored.put(event(1))
    stored.put(event(2), "b.ndjson")
    stored.server.fault = lambda method, path: 503 if "b.ndjson" in path else None
    with pytest.raises(StoreError, match="does not answer") as failed:
        stored.land()
    assert failed.value.may_pass
    stored.server.fault = lambda method, path: None
    stored.land()
    assert stored.events() == ["e1", "e2"]
    assert list((stored.home / "tmp").iterdir()) == []


def test_an_object_that_may_not_be_read_is_told_of_and_read_later(stored: StoredZone) -> None:
    stored.put(event(1))
    stored.put(event(2), "b.ndjson")
    stored.server.fault = lambda method, path: 403 if "b.ndjson" in path else None
    report = stored.land()
    assert stored.events() == ["e1"]
    (told,) = report.left_aside
    assert told.startswith(
        f"sendgrid: 1 objects may not be read (403 Injected), such as sendgrid/{DAY}/b.ndjson"
    )
    stored.server.fault = lambda method, path: None
    assert stored.land().left_aside == []
    assert stored.events() == ["e1", "e2"]


def test_an_object_that_goes_away_before_it_is_read_stops_nothing(stored: StoredZone) -> None:
    stored.put(event(1))
    gone = stored.put(event(2), "b.ndjson")

    def remove(method: str, path: str) -> None:
        if path.endswith("b.ndjson") and method == "GET":
            (stored.server.folder / "landing/in" / gone).unlink(missing_ok=True)

    stored.server.fault = remove
    report = stored.land()
    assert [warning.split(":")[0] for warning in report.warnings] == [f"sendgrid/{DAY}/b.ndjson"]
    assert stored.events() == ["e1"]
    assert stored.land().warnings == []


def test_an_object_that_changes_before_it_is_read_is_known_as_it_was_read(stored: StoredZone) -> None:
    key = stored.put(event(1))
    waiting = [key]

    def replace(method: str, path: str) -> None:
        if path.endswith("a.ndjson") and method == "GET" and waiting:
            waiting.pop()
            stored.put(event(2) + "\n" + event(3))

    stored.server.fault = replace
    stored.land()
    assert stored.events() == ["e2", "e3"]
    stored.server.read()
    assert stored.land().warnings == []
    assert stored.server.read() == []


# ---- what is refused ----------------------------------------------------------------------------------


def refused(stored: StoredZone, address: str) -> str:
    with pytest.raises((StoreError, LandingError)) as failed:
        land(stored.home, address, Config())
    assert not getattr(failed.value, "may_pass", False)
    assert buckets.SECRET not in str(failed.value)
    return str(failed.value)


def test_refusals_say_what_to_do(stored: StoredZone, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there is no such bucket. Create it" in refused(stored, "s3://nowhere/in")
    assert "is no address of a bucket: write it as s3://" in refused(stored, "ftp://host/x")
    with_key = refused(stored, f"s3://user:{buckets.SECRET}@landing/in?token={buckets.SECRET}")
    assert "belong into the environment" in with_key
    with monkeypatch.context() as patched:
        patched.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
        assert "access is refused (403 SignatureDoesNotMatch)" in refused(stored, "s3://landing/in")


def test_a_name_with_an_empty_part_is_refused_with_its_name(
    stored: StoredZone, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = listing(("in/sendgrid//b.json", 5))
    stored.server.fault = lambda method, path: answer if "list-type" in path else None
    assert "rename or remove that object" in refused(stored, "s3://landing/in")


# ---- replay and erasure -------------------------------------------------------------------------------


def test_a_replay_reads_the_bucket_again(stored: StoredZone) -> None:
    stored.put(event(1) + "\n" + event(2, timestamp="soon"))
    stored.land()
    assert len(stored.quarantine()) == 1
    stored.server.read()
    report = replay(stored.home, stored.bucket.address, Config(), Scope())
    assert (report.records_tried, report.records_still_bad) == (1, 1)
    assert stored.server.read() == [f"/landing/in/sendgrid/{DAY}/a.ndjson"]


def test_an_erasure_names_the_objects_that_still_hold_somebody(stored: StoredZone) -> None:
    from ingestion.erasure import erase
    from ingestion.erasure.people import find_people
    from ingestion.erasure.record import Suppressions

    stored.put(event(1))
    stored.put(event(2), "b.ndjson")
    stored.land()
    erase.begin(stored.home, find_people(stored.home, ["user2@example.com"]))
    record = Suppressions.load(stored.home)
    assert record is not None
    found = search(stored.bucket.address, record, spool=Spool(stored.home))
    assert found.holding == [f"s3://landing/in/sendgrid/{DAY}/b.ndjson"]


def test_a_ledger_of_an_earlier_version_learns_tags(stored: StoredZone) -> None:
    stored.put(event(1))
    stored.land()
    with duckdb.connect(str(stored.home / "ledger.duckdb")) as connection:
        connection.execute("alter table files drop column etag")
    stored.land()
    assert stored.ledger("select etag is not null from files") == [(True,)]
