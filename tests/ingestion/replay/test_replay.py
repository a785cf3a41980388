"""What lies in quarantine is read again after a fix: it leaves with its own place, and the books say so."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

import duckdb
import pyarrow as pa
import pytest

from ingestion.adapters.adapter import JsonAdapter
from ingestion.adapters.email.mandrill import ADAPTER as MANDRILL
from ingestion.adapters.email.sendgrid import ADAPTER as SENDGRID
from ingestion.adapters.native import dynamics365, interactions
from ingestion.adapters.registry import ADAPTERS
from ingestion.config import Config
from ingestion.erasure.anonymise import NOTE
from ingestion.landing.feed import Feed
from ingestion.landing.raw_layer import mark_published
from ingestion.ledger import Ledger
from ingestion.replay.records import ReplayReport
from ingestion.replay.run import Scope, replay
from ingestion.replay.selection import QuarantinedRecords
from tests.ingestion.adapters import cdm
from tests.ingestion.zone import DAY, Zone, event

WINK = {"event": "wink"}
#: A version of the adapter that takes every type, and an earlier one that refuses winks.
FIXED = replace(SENDGRID, modelled=None)
EARLIER = replace(FIXED, known_values={"event": "r.event <> 'wink'"})
STATE = """
    select records_read, records_readable, ignored, quarantined, replayed, is_new from files
    order by feed, arrival_date, file
"""
TRACE = "sg_event_id, arrival_date, file_id, line_number, byte_offset, item_index"


@pytest.fixture
def earlier(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A version that refuses winks is at work, until `fix`."""
    monkeypatch.setitem(ADAPTERS, "sendgrid", EARLIER)
    return monkeypatch


def fix(monkeypatch: pytest.MonkeyPatch, adapter: JsonAdapter = FIXED) -> None:
    """Install the version that can read more."""
    monkeypatch.setitem(ADAPTERS, adapter.name, adapter)


def again(zone: Zone, config: Config | None = None, **scope: Any) -> ReplayReport:
    """Replay, not what the fix is but what it does to the records."""
    return replay(zone.home, zone.landing, config or Config(), Scope(**scope))


def moved(report: ReplayReport) -> tuple[int, int, int, int]:
    """Records tried, landed, ignored and still bad."""
    return (
        *(report.records_tried, report.records_landed),
        *(report.records_ignored, report.records_still_bad),
    )


def lines(*records: str) -> str:
    return "".join(f"{record}\n" for record in records)


def everything(zone: Zone) -> list[list[tuple[Any, ...]]]:
    """The ledger but for the history of replays."""
    tables = ("files", "parts", "quarantined_records", "ignored_records", "nulled_values")
    return [zone.ledger(f"select * from {table} order by all") for table in tables]


def landed_at_once(zone: Zone, monkeypatch: pytest.MonkeyPatch, columns: str = TRACE) -> list[Any]:
    """The rows of a clean home that the fixed version made of the same files."""
    fix(monkeypatch)
    clean = Zone(zone.root / "clean")
    clean.root.mkdir()
    clean.landing.symlink_to(zone.landing)
    clean.land()
    return clean.rows(columns)


# ---- records --------------------------------------------------------------------------------------------


def test_a_record_leaves_with_its_place_and_the_books_say_so(zone: Zone, earlier: pytest.MonkeyPatch) -> None:
    zone.put(lines(event(0), event(1, **WINK), "{broken", event(2)))
    zone.land()
    mark_published(zone.home)
    fix(earlier)
    assert moved(again(zone)) == (2, 1, 0, 1)
    assert zone.ledger(STATE) == [(4, 3, 0, 1, 1, True)]
    assert zone.quarantine("line, reason_code, raw_text") == [(3, "not_json", "{broken")]
    assert zone.ledger("select rows from parts where is_new") == [(1,)], "a build reads the new row only"
    assert zone.rows(TRACE) == landed_at_once(zone, earlier)


def test_a_second_replay_changes_nothing(zone: Zone, earlier: pytest.MonkeyPatch) -> None:
    zone.put(lines(event(0), event(1, **WINK), "{broken"))
    zone.land()
    fix(earlier)
    assert again(zone).has_changes
    mark_published(zone.home)
    before = everything(zone)
    assert not again(zone).has_changes
    assert everything(zone) == before
    history = "select replay_id, records_tried, records_landed, records_still_bad from replays order by 1"
    assert zone.ledger(history) == [(1, 2, 1, 1), (2, 1, 0, 1)]
    assert zone.ledger("select count(*) from replays where finished_at is null") == [(0,)]


@pytest.mark.parametrize("is_there", [True, False])
def test_elements_of_a_document_leave_one_by_one(
    zone: Zone, earlier: pytest.MonkeyPatch, is_there: bool
) -> None:
    content = lines(event(9), f"[{event(0)}, {event(1, **WINK)}, 7, {event(2, **WINK)}]")
    file = zone.put(content)
    zone.land()
    expected = landed_at_once(zone, earlier)
    if not is_there:
        file.unlink()
    assert moved(again(zone)) == (3, 2, 0, 1)
    assert zone.rows(TRACE) == expected
    assert zone.quarantine("line, item_index, raw_text") == [(2, 2, "7")]


def test_a_record_that_is_ignored_by_now_is_counted_by_type(zone: Zone, earlier: pytest.MonkeyPatch) -> None:
    zone.put(lines(event(0), event(1, **WINK)))
    zone.land()
    fix(earlier, SENDGRID)
    assert moved(again(zone)) == (1, 0, 1, 0)
    assert zone.ledger(STATE) == [(2, 1, 1, 0, 1, True)]
    assert zone.ledger("select record_type, records from ignored_records") == [("wink", 1)]


def test_a_record_that_is_bad_for_another_reason_stays_with_that_one(
    zone: Zone, earlier: pytest.MonkeyPatch
) -> None:
    zone.put(lines(event(0), event(1, timestamp="soon", **WINK)))
    zone.land()
    knows_less = replace(SENDGRID, modelled=None, required={"wink": "case when r.event <> 'wink' then 1 end"})
    fix(earlier, knows_less)
    assert moved(again(zone)) == (1, 0, 0, 1)
    assert zone.quarantine("line, reason_code") == [(2, "missing_field")]
    assert zone.ledger(STATE) == [(2, 1, 0, 1, 0, True)]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_line_that_now_holds_several_records_gives_all_of_them(
    zone: Zone, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    def mandrill(number: int) -> str:
        message = f'{{"_id": "m{number}", "ts": 1772323200, "email": "a@example.com", "state": "sent"}}'
        return f'{{"event": "open", "_id": "m{number}", "ts": 1772323200, "msg": {message}}}'

    form = "mandrill_events=" + quote(f"[{mandrill(1)},{mandrill(2)}]")
    monkeypatch.setitem(ADAPTERS, "mandrill", replace(MANDRILL, decode=None))
    file = zone.put(lines(mandrill(0), form), feed="mandrill")
    zone.land()
    assert zone.quarantine("line, item_index, reason_code") == [(2, None, "not_json")]
    fix(monkeypatch, MANDRILL)
    if not is_there:
        file.unlink()
    assert moved(again(zone)) == (1, 2, 0, 0)
    assert zone.ledger(STATE) == [(3, 3, 0, 0, 2, True)]
    assert zone.rows("line_number, item_index, message_id") == [(1, 0, "m0"), (2, 0, "m1"), (2, 1, "m2")]


def test_a_document_that_could_not_be_divided_is_divided(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ADAPTERS, "sendgrid", replace(SENDGRID, records="cast(null as JSON[])"))
    zone.put(lines(f"[{event(0)}, {event(1)}]"))
    zone.land()
    assert zone.quarantine("line, item_index, reason_code") == [(1, None, "wrong_shape")]
    fix(monkeypatch, SENDGRID)
    assert moved(again(zone)) == (1, 2, 0, 0)
    assert zone.rows("sg_event_id, item_index") == [("e0", 0), ("e1", 1)]


def test_what_was_kept_in_part_needs_its_file(zone: Zone, earlier: pytest.MonkeyPatch) -> None:
    latin = event(1, email="\xe9@example.com").encode("latin-1")
    file = zone.put(lines(event(0), event(2, **WINK)).encode() + latin)
    zone.land()
    fix(earlier)
    file.write_text("something else")
    report = again(zone)
    assert moved(report) == (2, 1, 0, 1)
    assert "1 of its records" in report.warnings[0]
    assert "restore it" in report.warnings[0]
    assert zone.quarantine("line, reason_code") == [(3, "not_utf8")]


def test_a_feed_that_had_the_wrong_adapter_is_read_by_the_right_one(zone: Zone) -> None:
    zone.put(lines(event(0), event(1)), feed="acme")
    zone.land(Config(feeds=(Feed("acme", "postmark", "acme"),)))
    assert zone.books() == [(2, 0, 0, 2)]
    assert moved(again(zone, Config(feeds=(Feed("acme", "sendgrid", "acme"),)))) == (2, 2, 0, 0)
    assert zone.ledger("select relation, feed from parts") == [("sendgrid", "acme")]
    assert zone.ledger("select adapter from files") == [("sendgrid",)]


def test_a_feed_that_is_no_more_is_named(zone: Zone) -> None:
    zone.put("{broken", feed="acme")
    zone.land(Config(feeds=(Feed("acme", "postmark", "acme"),)))
    report = again(zone)
    assert not report.has_changes
    assert report.warnings == [
        f"acme/{DAY}: not read again: no feed of the landing zone or touchpoint.yml has this name."
    ]


def test_only_what_was_asked_for_is_read_again(zone: Zone, earlier: pytest.MonkeyPatch) -> None:
    zone.put(lines(event(0, **WINK), "{broken"))
    zone.put(lines(event(1, **WINK)), day="2026-03-02")
    zone.land()
    fix(earlier)
    assert moved(again(zone, reason="not_json")) == (1, 0, 0, 1)
    assert moved(again(zone, feeds=["ses"])) == (0, 0, 0, 0)
    assert moved(again(zone, from_day=date(2026, 3, 2))) == (1, 1, 0, 0)
    assert moved(again(zone, to_day=date(2026, 3, 1), reason="unknown_value")) == (1, 1, 0, 0)


def test_small_blocks_and_many_files_come_to_the_same(zone: Zone, earlier: pytest.MonkeyPatch) -> None:
    for number in range(3):
        padding = (event(100 * number + i, reason="x" * 200) for i in range(1, 50))
        zone.put(
            lines(event(100 * number, **WINK), *padding, event(100 * number + 50, **WINK)), f"{number}.gz"
        )
    zone.land()
    expected = landed_at_once(zone, earlier, TRACE)
    report = replay(zone.home, zone.landing, Config(), Scope(), block_bytes=4096)
    assert moved(report) == (6, 6, 0, 0)
    assert sorted(zone.rows(TRACE)) == sorted(expected)


# ---- tables ---------------------------------------------------------------------------------------------


def csv_of(*types: str) -> str:
    rows = (f"i{number},{name},2026-03-01T10:00:00Z" for number, name in enumerate(types))
    return lines("interaction_id,interaction_type,occurred_at", *rows)


def test_rows_of_a_csv_file_are_read_under_its_header(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    zone.put(
        csv_of("email_opened", "email_winked", "email_opened", "email_frowned"), "a.csv", feed="interactions"
    )
    zone.land()
    assert zone.books() == [(4, 2, 0, 2)]
    known = interactions.kinds.one_of(("email_opened", "email_winked"))("r.interaction_type")[1]
    table = interactions.ADAPTER.table
    monkeypatch.setattr(
        interactions.ADAPTER,
        "table",
        lambda *of: replace(table(*of), known_values={"interaction_type": f"{known} is not null"}),
    )
    assert moved(again(zone)) == (2, 1, 0, 1)
    assert zone.rows("interaction_id, line_number") == [("i0", 2), ("i1", 3), ("i2", 4)]
    assert zone.quarantine("line, reason_code") == [(5, "unknown_value")]


def test_rows_of_a_table_without_its_file_stay(zone: Zone) -> None:
    file = zone.put(csv_of("email_opened", "email_winked"), "a.csv", feed="interactions")
    zone.land()
    file.unlink()
    before = everything(zone)
    report = again(zone)
    assert not report.has_changes
    assert "1 of its records cannot be read from what was kept" in report.warnings[0]
    assert everything(zone) == before


def test_records_of_a_blob_are_read_alone(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = cdm.record("EmailOpened", "k1"), cdm.record("EmailOpened", "k2", Timestamp="soon")
    zone.put(cdm.blob([good, bad]), "csv/EmailOpened/1.csv", feed="dynamics365")
    zone.put(cdm.model(["csv/EmailOpened/1.csv"]), "model.json", feed="dynamics365")
    zone.land()
    assert zone.quarantine("line, reason_code") == [(3, "bad_timestamp")]
    lenient = "coalesce({}, TIMESTAMPTZ '2026-03-01 00:00:00Z')"
    us_instant = dynamics365.us_instant
    monkeypatch.setattr(
        dynamics365, "us_instant", lambda sql: (us_instant(sql)[0], lenient.format(us_instant(sql)[1]))
    )
    assert moved(again(zone)) == (1, 1, 0, 0)
    assert zone.rows("interaction_id, line_number") == [("k1", 2), ("k2", 3)]


def test_a_snapshot_is_shown_whole_to_the_next_build(zone: Zone) -> None:
    zone.put("segment_id,contact_id\ns1,c1\ns1,\n", "segment_members.csv", feed="crm")
    zone.land()
    mark_published(zone.home)
    config = Config(feeds=(Feed("crm", "crm", "crm", ids={"contact_id": "segment_id"}),))
    assert moved(again(zone, config)) == (1, 1, 0, 0)
    assert zone.ledger("select sum(rows) from parts where is_new") == [(2,)]


# ---- whole files ----------------------------------------------------------------------------------------


def test_a_file_that_was_torn_is_landed_when_it_is_whole(zone: Zone) -> None:
    whole = gzip.compress(lines(event(0), event(1), "{broken").encode())
    zone.put(whole[:-20], "a.gz")
    zone.put(lines(event(5)), "b.ndjson")
    zone.land()
    mark_published(zone.home)
    assert not again(zone).has_changes, "still torn, for the same reason"
    zone.put(whole, "a.gz")
    assert any("touchpoint replay" in warning for warning in zone.land().warnings)
    report = again(zone)
    assert (report.files_tried, report.files_landed) == (1, 1)
    assert (report.records_landed, report.records_still_bad) == (2, 1)
    assert zone.ledger(STATE) == [(3, 2, 0, 1, 2, True), (1, 1, 0, 0, 0, False)]
    assert zone.ledger("select file_quarantined, reason_code, state from files where file = 'a.gz'") == [
        (False, None, "read")
    ]
    assert zone.land().warnings == []
    assert again(zone).has_changes is False


def test_a_file_that_is_gone_stays_in_quarantine(zone: Zone) -> None:
    file = zone.put(b"\x1f\x8b\x08\x00 torn", "a.gz")
    zone.land()
    file.unlink()
    report = again(zone)
    assert (report.files_tried, report.files_landed, report.has_changes) == (1, 0, False)
    assert "no longer in the landing zone" in report.warnings[0]


# ---- accidents ------------------------------------------------------------------------------------------


def test_a_replay_that_is_cut_short_leaves_no_trace(zone: Zone, earlier: pytest.MonkeyPatch) -> None:
    zone.put(lines(event(0), event(1, **WINK)))
    zone.land()
    before = everything(zone)
    fix(earlier)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "enter", die)
        with pytest.raises(KeyboardInterrupt):
            again(zone)
    assert everything(zone) == before
    assert moved(again(zone)) == (1, 1, 0, 0)
    assert len(list(zone.home.glob("raw/sendgrid/**/*.parquet"))) == 2


def test_a_file_that_changes_while_it_is_read_again_is_not_taken(
    zone: Zone, earlier: pytest.MonkeyPatch
) -> None:
    zone.put(lines(event(0), event(1, **WINK)))
    zone.land()
    before = everything(zone)
    fix(earlier)
    zone.put(lines(event(7), event(8, **WINK)))
    earlier.setattr("ingestion.replay.run._is_same", lambda *_: True)
    with pytest.raises(Exception, match="changed while it was read again"):
        again(zone)
    assert everything(zone) == before


def test_a_ledger_of_an_earlier_version_is_brought_up_to_date(zone: Zone) -> None:
    zone.put(lines(event(0), "{broken"))
    zone.land()
    with duckdb.connect(str(zone.home / "ledger.duckdb")) as connection:
        connection.execute("alter table files drop column replayed")
        connection.execute("drop table replays")
    zone.put(lines(event(1)), "b.ndjson")
    zone.land()
    again(zone)
    assert zone.ledger("select file, replayed from files order by 1") == [("a.ndjson", None), ("b.ndjson", 0)]


def test_what_begins_inside_a_stretch_is_selected_and_nothing_beside_it(zone: Zone) -> None:
    records = """
        select 0::bigint as record, 1::bigint as file_id, 1::bigint as line, 100::bigint as first_byte,
            149::bigint as last_byte, null::integer as item_index
        union all select 1, 1, 2, 200, 200, 3
    """
    places = [(1, 99, 0), (1, 100, 0), (1, 149, 5), (1, 150, 0), (1, 200, 2), (1, 200, 3), (2, 7, 0)]
    columns = dict(zip(("file_id", "byte_offset", "item_index"), zip(*places, strict=True), strict=True))
    with Ledger(zone.home) as ledger:
        selection = QuarantinedRecords(ledger.connection)
        selection.begin(records, [])
        chosen = selection.choose(pa.table(columns))
    assert [tuple(row.values()) for row in chosen.to_pylist()] == [places[i] for i in (1, 2, 5, 6)]


def test_a_text_that_was_taken_out_is_no_record(zone: Zone, earlier: pytest.MonkeyPatch) -> None:
    file = zone.put(lines(event(0), event(1, **WINK)))
    zone.land()
    with duckdb.connect(str(zone.home / "ledger.duckdb")) as connection:
        connection.execute("update quarantined_records set raw_text = ?", [NOTE])
    file.unlink()
    fix(earlier)
    assert not again(zone).has_changes
    assert zone.quarantine("reason_code") == [("unknown_value",)]


def test_texts_that_were_kept_are_read_some_at_a_time(zone: Zone, earlier: pytest.MonkeyPatch) -> None:
    file = zone.put(lines(event(0), "{broken", event(1, **WINK), "{broken too", event(2, **WINK)))
    zone.land()
    file.unlink()
    fix(earlier)
    earlier.setattr("ingestion.replay.run._KEPT_AT_ONCE", 1)
    assert moved(again(zone)) == (4, 2, 0, 2)
    assert zone.quarantine("line") == [(2,), (4,)]
    assert zone.ledger(STATE) == [(5, 3, 0, 2, 2, True)]
