"""Files over time: read once, counted once; what changes, vanishes or was left half-done is noticed."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from ingestion import ledger
from ingestion.config import Config
from ingestion.errors import LandingError
from ingestion.landing import raw_layer
from ingestion.landing.discovery import discover
from ingestion.landing.feed import Feed
from tests.ingestion.zone import Zone, event


def test_a_file_is_read_once(zone: Zone) -> None:
    zone.put(event(1))
    assert zone.land().new_files == 1
    again = zone.land()
    assert (again.new_files, again.unchanged_files, again.warnings) == (0, 1, [])
    zone.put(event(2), "b.ndjson")
    assert zone.land().new_files == 1
    assert zone.books() == [(1, 1, 0, 0)] * 2


def test_a_new_time_alone_is_no_change(zone: Zone) -> None:
    path = zone.put(event(1))
    zone.land()
    os.utime(path, (1, 1))
    assert zone.land().warnings == []
    assert zone.ledger("select state, epoch(modified_at) from files") == [("read", 1)]


def test_a_changed_file_is_reported_and_not_counted_again(zone: Zone) -> None:
    zone.put(event(1))
    zone.land()
    zone.put(event(1) + "\n" + event(2))
    for _ in range(2):
        (warning,) = zone.land().warnings
        assert "sendgrid/2026-03-01/a.ndjson: changed" in warning
    assert zone.books() == [(1, 1, 0, 0)]
    assert zone.ledger("select state from files") == [("changed",)]
    zone.put(event(1))
    assert zone.land().warnings == []
    assert zone.ledger("select state from files") == [("read",)]


def test_a_vanished_file_is_reported_and_still_counts(zone: Zone) -> None:
    path = zone.put(event(1))
    zone.land()
    path.unlink()
    *_, warning = zone.land().warnings
    assert "no longer in the landing zone" in warning
    assert zone.ledger("select state from files") == [("vanished",)]
    assert zone.land(from_day=date(2026, 3, 2)).warnings == []
    assert zone.land(feeds=["ses"]).warnings == []
    zone.put(event(1))
    assert zone.land().warnings == []
    assert zone.ledger("select state, records_read from files") == [("read", 1)]


def test_feeds_and_days_can_be_chosen(zone: Zone) -> None:
    for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
        zone.put(event(1), day=day)
        zone.put('{"event": "delivered"}', day=day, feed="brevo")
    assert zone.land(feeds=["sendgrid"], from_day=date(2026, 3, 2), to_day=date(2026, 3, 2)).new_files == 1
    assert zone.land(to_day=date(2026, 3, 2)).new_files == 3
    assert zone.land().new_files == 2
    with pytest.raises(LandingError, match="did you mean `sendgrid`"):
        zone.land(feeds=["sendgird"])


def test_each_day_has_parts_of_its_own(zone: Zone) -> None:
    for number in range(120):
        zone.put(event(number, timestamp=1_760_000_000), day=str(date.fromordinal(739_600 + number)))
    zone.land()
    parts = zone.ledger("select arrival_date, sum(rows), any_value(path) from parts group by 1 order by 1")
    assert [(str(day), rows) for day, rows, _ in parts] == [
        (str(date.fromordinal(739_600 + number)), 1) for number in range(120)
    ]
    assert all(f"/{day}/" in path for day, _, path in parts)
    assert len(zone.rows("feed, arrival_date")) == 120


class Killed(BaseException):
    """The process ended here."""


def test_a_run_that_dies_before_the_books_leaves_nothing_that_counts(
    zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone.put(event(1), "a.ndjson")
    zone.land()
    zone.put(event(2) + "\nbad", "b.ndjson")

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(ledger.Ledger, "record", die)
        with pytest.raises(Killed):
            zone.land()
    assert zone.books() == [(1, 1, 0, 0)]
    assert len(list((zone.home / "raw").rglob("*.parquet"))) == 2
    assert zone.land().orphans_removed == 1
    assert zone.books() == [(1, 1, 0, 0), (2, 1, 0, 1)]
    assert zone.ledger("select count(*) from quarantined_records") == [(1,)]
    assert len(list((zone.home / "raw").rglob("*.parquet"))) == 2
    assert zone.rows("sg_event_id", "arrival_date, file_id") != []


def test_parts_that_nobody_recorded_are_removed(zone: Zone) -> None:
    zone.put(event(1))
    zone.land()
    orphan = zone.home / "raw/sendgrid/sendgrid/2026-03-01/left-over.parquet"
    orphan.write_bytes(b"")
    (zone.home / "raw/.aside").mkdir(exist_ok=True)
    (zone.home / "raw/.aside/half").write_bytes(b"x")
    assert zone.land().orphans_removed == 1
    assert not orphan.exists()
    assert not (zone.home / "raw/.aside").exists()


def test_unfinished_files_and_other_things_are_left_aside(zone: Zone) -> None:
    zone.put(event(1))
    for name in ("b.tmp", "b.part", "_b", ".b", "_tmp/c", ".git/c"):
        zone.put("bad", name)
    zone.put("bad", day="not-a-day")
    zone.put("bad", day="2026-13-01")
    zone.put("bad", feed="sendgird")
    zone.put("bad", feed="_notes")
    (zone.landing / "stray.ndjson").write_text("bad")
    warnings = zone.land().warnings
    assert zone.books() == [(1, 1, 0, 0)]
    assert len(warnings) == 4
    assert any("sendgird" in warning and "did you mean `sendgrid`" in warning for warning in warnings)
    assert any("sendgrid/not-a-day" in warning for warning in warnings)
    assert any("sendgrid/2026-13-01" in warning for warning in warnings)
    assert any("stray.ndjson" in warning for warning in warnings)


def test_links_that_leave_the_landing_zone_are_not_followed(zone: Zone, tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere" / "2026-03-02"
    secret.mkdir(parents=True)
    (secret / "x.ndjson").write_text(event(9))
    path = zone.put(event(1))
    (path.parent / "file-link").symlink_to(secret / "x.ndjson")
    (path.parent / "folder-link").symlink_to(secret)
    (path.parent.parent / "2026-03-02").symlink_to(secret)
    (zone.landing / "ses").symlink_to(secret.parent)
    (path.parent / "inside-link").symlink_to(path)
    (path.parent / "dangling").symlink_to(zone.landing / "nothing")
    warnings = zone.land().warnings
    assert sum("leaves the landing zone" in warning for warning in warnings) == 4
    assert zone.books() == [(1, 1, 0, 0)] * 2


def test_a_missing_landing_zone_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(LandingError, match="--landing"):
        Zone(tmp_path).land()


def test_file_ids_do_not_depend_on_the_home(zone: Zone) -> None:
    zone.put(event(1))
    (file,) = discover(zone.landing, Config()).files
    assert 0 <= file.file_id < 2**63
    zone.land()
    assert zone.ledger("select file_id from files") == [(file.file_id,)]


def test_the_raw_layer_shows_what_is_new_or_everything(zone: Zone) -> None:

    zone.put(event(1) + "\nbad")
    zone.land()
    assert raw_layer.arrivals(zone.home).new_days == (date(2026, 3, 1),)
    raw_layer.mark_published(zone.home)
    assert not raw_layer.arrivals(zone.home).has_new
    zone.put(event(2), day="2026-03-02")
    zone.land()
    with duckdb.connect() as work:
        raw_layer.expose(zone.home, work, everything=False)
        assert work.sql("select sg_event_id from raw.sendgrid").fetchall() == [("e2",)]
        raw_layer.expose(zone.home, work, everything=True)
        assert work.sql("select sg_event_id from raw.sendgrid order by 1").fetchall() == [("e1",), ("e2",)]
        assert work.sql("select count(*) from raw.files").fetchall() == [(2,)]
        assert "raw_text" not in work.sql("select * from raw.quarantined_records").columns
        for relation, columns in raw_layer.raw_relations().items():
            assert work.sql(f"select * from raw.{relation}").columns == list(columns)
            types = work.execute(f"describe raw.{relation}").fetchall()
            assert [row[1].replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ") for row in types] == list(
                columns.values()
            )


def test_parts_of_an_earlier_version_lack_the_columns_that_came_later(zone: Zone) -> None:
    for number in (1, 2):
        zone.put(event(number), day=f"2026-03-0{number}")
        zone.land()
    ((old,),) = zone.ledger("select path from parts order by arrival_date limit 1")
    path = zone.home / old
    pq.write_table(pq.read_table(path).drop_columns(["header_message_id"]), path)
    with duckdb.connect() as work:
        raw_layer.expose(zone.home, work, everything=True)
        found = work.sql("select sg_event_id, header_message_id from raw.sendgrid order by 1").fetchall()
    assert [row[0] for row in found] == ["e1", "e2"]
    assert found[0][1] is None


def test_feeds_of_the_configuration(zone: Zone) -> None:
    zone.put(event(1, contact_id=None, cid="c7"), feed="second")
    zone.put(event(2, contact_id="c8"))
    config = Config(feeds=(Feed("other", "sendgrid", "second", ids={"contact_id": "cid"}),))
    zone.land(config)
    assert sorted(zone.rows("feed, contact_id")) == [("other", "c7"), ("sendgrid", "c8")]


def test_a_feed_under_another_name_does_not_count_twice(zone: Zone) -> None:
    zone.put(event(1))
    zone.land()
    renamed = Config(feeds=(Feed("shop", "sendgrid", "sendgrid"),))
    for chosen in (None, ["shop"]):
        with pytest.raises(LandingError, match=r"Keep the feed's name, `sendgrid`, in touchpoint\.yml"):
            zone.land(renamed, feeds=chosen)
    assert zone.books() == [(1, 1, 0, 0)]


def test_a_file_that_another_feed_delivers_too_is_that_feeds(zone: Zone) -> None:
    zone.put(event(1))
    zone.land()
    zone.put(event(1), feed="shop")
    both = Config(feeds=(Feed("shop", "sendgrid", "shop"),))
    assert zone.land(both, feeds=["shop"]).new_files == 1
