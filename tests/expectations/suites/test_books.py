"""Promises about books and arrivals can fail, and stay quiet up to their thresholds."""

from __future__ import annotations

from collections.abc import Callable

from tests.expectations.breaks import (
    BUILD_FILES,
    EVENTS,
    FILES,
    LOST,
    MARTS,
    MESSAGES,
    OUTCOMES,
    REMADE,
    STAGED,
    Break,
    cases,
)
from tests.expectations.conftest import Build, broken

A_FILE = "feed = 'mails' and arrival_date = date '2026-01-03'"
TODAY = "arrival_date = date '2026-01-20'"


def book(changes: str, where: str) -> str:
    return f"update {BUILD_FILES} set {changes} where {where}"


def ledger(changes: str, where: str) -> str:
    return f"update {FILES} set {changes} where {where}"


def both(changes: str, where: str) -> tuple[str, str]:
    return book(changes, where), ledger(changes, where)


def quarantined_today(records: int) -> tuple[str, ...]:
    """As many bad records in today's file of 305."""
    return (
        *both(f"quarantined = {records}", f"feed = 'mails' and {TODAY}"),
        book(f"duplicates = 6 - {records}", f"feed = 'mails' and {TODAY}"),
        f"insert into {MARTS}.quarantine select listed.* from {MARTS}.quarantine as listed,"
        f" range({records - 1}) where {TODAY}",
    )


def lost_today(records: int, day: str = TODAY, given: int = 50) -> tuple[str, ...]:
    """As many values of a field lost in a snapshot, of so many."""
    return (
        f"update {LOST} set records = {records}, given = {given} where file_id in"
        f" (select file_id from {FILES} where feed = 'crm' and {day})",
        f"update {MARTS}.build_nulled set records = {records} where {day}",
    )


def ignored_today(records: int) -> tuple[str, ...]:
    """As many ignored records in today's file, beside 302 others."""
    return (
        f"update {MARTS}.build_ignored set records = {records} where {TODAY}",
        *both(f"records_read = 302 + {records}, ignored = {records}", f"feed = 'mails' and {TODAY}"),
    )


def from_a_new_feed(landed: int, ignored: int) -> tuple[str, ...]:
    """A file of another feed that arrived today; what is landed of it are requests that match nothing."""
    day = "'weblog', date '2026-01-20'"
    books = f"{landed + ignored} as records_read, {ignored} as ignored, 0 as quarantined"
    return (
        f"insert into {FILES} by name select * exclude (records_read, ignored, quarantined)"
        f" replace ('weblog' as feed, 'access_log' as adapter, 'weblog-20' as file_key, 900 as file_id), {books} from {FILES}"
        f" where feed = 'crm' and {TODAY}",
        f"insert into {BUILD_FILES} by name select 'weblog' as feed, arrival_date, file, {books},"
        f" {landed} as records_landed, 0 as duplicates, false as file_quarantined from {BUILD_FILES}"
        f" where feed = 'crm' and {TODAY}",
        f"insert into {MARTS}.build_ignored select {day}, 'ping', 'not_modelled', {ignored} where {ignored} > 0",
        f"insert into {OUTCOMES} select {day}, 900, 'no_match', 'no_url', {landed} where {landed} > 0",
        f"insert into {MARTS}.build_unmatched select {day}, 'no_url', {landed} where {landed} > 0",
        f"insert into {STAGED} by name select 'seen-' || n as interaction_id, 'weblog' as feed,"
        " date '2026-01-20' as arrival_date, 900 as file_id, n as line_number, 0 as item_index,"
        " 0 as row_index, 'request_logged' as interaction_type,"
        f" timestamptz '2026-01-20 12:00:00+00' as occurred_at from range({landed}) as numbers (n)",
    )


def landed_today(records: int) -> tuple[str, ...]:
    """As many snapshot rows today; 50 on every other day."""
    return (
        book(f"records_landed = {records}, records_read = {records}", f"feed = 'crm' and {TODAY}"),
        ledger(f"records_read = {records}", f"feed = 'crm' and {TODAY}"),
    )


def without_proof(messages: int) -> tuple[str, ...]:
    """As many settled messages delivered without a delivery event, of 1,280 sent."""
    events = (
        f"interaction_type = 'email_delivered' and message_key < 'm{messages:03}0' and message_key like 'm%9'"
    )
    return (
        f"update {MESSAGES} set was_delivered_confirmed = false"
        f" where message_key < 'm{messages:03}0' and message_key like 'm%9'",
        f"update {EVENTS} set interaction_type = 'email_deferred' where {events}",
        f"update {STAGED} set interaction_type = 'email_deferred' where {events}",
        REMADE,
    )


def of_late(interaction_id: str, at: str) -> tuple[str]:
    return (
        f"update {STAGED} set occurred_at = timestamptz '{at}' where interaction_id = '{interaction_id}'",
    )


BOOKS = (
    Break("a duplicate too many", "books_balance", (book("duplicates = duplicates + 1", A_FILE),)),
    Break(
        "a negative number of duplicates",
        "books_balance",
        (
            book("duplicates = -1", A_FILE),
            *both("ignored = ignored + 6", A_FILE),
            f"update {MARTS}.build_ignored set records = 9 where {A_FILE}",
        ),
    ),
    Break(
        "a file without a book",
        "books_list_every_file",
        (f"delete from {BUILD_FILES} where feed = 'shadowy' and arrival_date = date '2026-01-03'",),
        frozenset({"books_explain_every_landed_record"}),
        "its landed records are in no book",
    ),
    Break(
        "a record read that the ledger does not know",
        "books_list_every_file",
        (book("records_read = records_read + 1, duplicates = duplicates + 1", A_FILE),),
    ),
    Break(
        "a bad record that nobody can find",
        "books_list_every_quarantined_record",
        (f"delete from {MARTS}.quarantine where arrival_date = date '2026-01-03'",),
    ),
    Break(
        "a landed record without a fate",
        "books_explain_every_landed_record",
        (f"update {OUTCOMES} set records = 2 where outcome = 'identity' and {A_FILE}",),
        frozenset({"books_trace_every_interaction"}),
        "as many as before identify somebody",
    ),
    Break(
        "a record that matches nothing counted as one that identifies",
        "books_trace_every_interaction",
        (
            f"update {OUTCOMES} set records = records + case outcome when 'identity' then 1 else -1 end"
            f" where outcome in ('identity', 'no_match') and {A_FILE}",
        ),
        frozenset({"books_list_every_unmatched_record"}),
        "the list of what matches nothing has it still",
    ),
    Break(
        "an ignored record that the list does not know",
        "books_list_every_ignored_record",
        (f"update {MARTS}.build_ignored set records = 2 where {A_FILE}",),
    ),
    Break(
        "a lost value under another field",
        "books_list_every_lost_value",
        (f"update {MARTS}.build_nulled set field = 'country' where {TODAY}",),
    ),
    Break(
        "a record that matches nothing for another reason than is listed",
        "books_list_every_unmatched_record",
        (f"update {MARTS}.build_unmatched set cause = 'no_url' where {A_FILE}",),
    ),
    Break(
        "an interaction of no file",
        "books_trace_every_interaction",
        (f"update {STAGED} set file_id = 999 where interaction_id = 'm0202-1'",),
    ),
    Break(
        "an interaction on another one's record",
        "books_trace_every_interaction",
        (f"update {STAGED} set line_number = line_number - 1 where interaction_id = 'm0202-1'",),
    ),
)

ARRIVALS = (
    Break(
        "an unreadable file today",
        "arrival_files_are_readable",
        both("file_quarantined = true", f"feed = 'crm' and {TODAY}"),
    ),
    Break(
        "an unreadable file of an earlier day, read just now",
        "arrival_files_are_readable",
        (
            *both("file_quarantined = true", "feed = 'crm' and arrival_date = date '2026-01-03'"),
            ledger("is_new = true", "feed = 'crm' and arrival_date = date '2026-01-03'"),
        ),
    ),
    Break("11 of 50 values of a field lost today", "arrival_fields_are_kept", lost_today(11)),
    Break(
        "a field lost in a file of an earlier day, read just now",
        "arrival_fields_are_kept",
        (
            *lost_today(50, "arrival_date = date '2026-01-03'"),
            ledger("is_new = true", "feed = 'crm' and arrival_date = date '2026-01-03'"),
        ),
    ),
    Break("303 of 605 records ignored today", "arrival_records_are_counted", ignored_today(303)),
    Break(
        "two observations, and no page is known",
        "arrival_observations_match",
        from_a_new_feed(landed=2, ignored=0),
    ),
    Break("four bad records in 305", "arrival_files_are_clean", quarantined_today(4)),
    Break(
        "a feed without a file today",
        "arrival_feeds_are_not_silent",
        (
            f"delete from {BUILD_FILES} where feed = 'crm' and {TODAY}",
            f"delete from {FILES} where feed = 'crm' and {TODAY}",
            f"delete from {MARTS}.build_nulled where {TODAY}",
        ),
    ),
    Break("fewer records than the band", "arrival_volume_is_expected", landed_today(29)),
    Break("more records than the band", "arrival_volume_is_expected", landed_today(71)),
    Break("7 of 1,280 without proof", "arrival_delivery_log_is_complete", without_proof(7)),
    Break(
        "an open before the sending",
        "arrival_nothing_before_sending",
        (
            f"update {MESSAGES} set sent_at = sent_at + interval 1 hour where message_key = 'm0006'",
            REMADE,
        ),
    ),
    Break(
        "an event of the day after tomorrow",
        "arrival_nothing_from_the_future",
        of_late("m1999-3", "2026-01-22 00:00:00+00"),
    ),
)

QUIET = {
    "10 of 50 values of a field lost": lost_today(10),
    "the only value of a field lost": lost_today(1, given=1),
    "302 of 604 records ignored": ignored_today(302),
    "a feed whose one record is ignored": from_a_new_feed(landed=0, ignored=1),
    "one observation that matches nothing": from_a_new_feed(landed=1, ignored=0),
    "a file that was unreadable long ago": both(
        "file_quarantined = true", "feed = 'crm' and arrival_date = date '2026-01-03'"
    ),
    "three bad records in 305": quarantined_today(3),
    "the least of the band": landed_today(30),
    "the most of the band": landed_today(70),
    "an unusual volume with too little history": (
        f"delete from {BUILD_FILES} where feed = 'crm' and arrival_date < date '2026-01-07'",
        f"delete from {FILES} where feed = 'crm' and arrival_date < date '2026-01-07'",
        f"delete from {MARTS}.build_nulled where arrival_date < date '2026-01-07'",
        *landed_today(500),
    ),
    "a feed that came on six days only": (
        f"delete from {BUILD_FILES} where feed = 'crm' and (arrival_date > date '2026-01-06' or {TODAY})",
        f"delete from {FILES} where feed = 'crm' and (arrival_date > date '2026-01-06' or {TODAY})",
        f"delete from {MARTS}.build_nulled where (arrival_date > date '2026-01-06' or {TODAY})",
    ),
    "6 of 1,280 without proof": without_proof(6),
    "clocks that are a day apart": of_late("m1999-3", "2026-01-21 23:59:59+00"),
}


@cases(*BOOKS, *ARRIVALS)
def test_only_the_promise_about_it_breaks(changed_build: Callable[..., Build], breach: Break) -> None:
    assert broken(changed_build(breach.change).judged()) == {breach.check, *breach.also}


def test_what_is_within_the_thresholds_stays_quiet(changed_build: Callable[..., Build]) -> None:
    loud = {name: broken(changed_build(change).judged()) for name, change in QUIET.items()}
    assert loud == {name: set() for name in QUIET}


def test_a_feed_that_never_reports_deliveries_is_not_asked_for_proof(
    changed_build: Callable[..., Build],
) -> None:
    events = "interaction_type = 'email_delivered'"
    build = changed_build(
        [
            f"update {EVENTS} set interaction_type = 'email_deferred' where {events}",
            f"update {MESSAGES} set was_delivered_confirmed = false",
        ]
    )
    assert build.judged()["arrival_delivery_log_is_complete"].observed == "nothing to compare"


def test_too_few_messages_make_no_judgement(changed_build: Callable[..., Build]) -> None:
    build = changed_build([f"delete from {MESSAGES} where message_key > 'm1200'"])
    assert build.judged()["arrival_delivery_log_is_complete"].observed == "nothing to compare"
