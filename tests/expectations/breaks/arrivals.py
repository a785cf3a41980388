"""What breaks promises about the day that arrived, and what is just within their thresholds."""

from __future__ import annotations

from tests.expectations.breaks.sql import OUTCOMES, STAGED, TODAY, Changes, update


def arrived(since: int = 20, until: int = 0, **today: int | str) -> str:
    """A feed with a file of 50 records on each day from so many days ago until so many; file n is of n days ago.

    today: what is otherwise in the last of its files.
    """
    books = {
        "records_read": 50,
        "records_landed": 50,
        "ignored": 0,
        "quarantined": 0,
        "file_quarantined": "false",
    }
    columns = ", ".join(
        f"case n when {until} then {today.get(name, usual)} else {usual} end as {name}"
        for name, usual in books.items()
    )
    file = f"'planted' as feed, {TODAY} - cast(n as integer) as arrival_date, 'a.ndjson' as file, {columns}"
    files = f"from range({until}, {since + 1}) as days (n)"
    return (
        f"insert into work.raw.files by name select n as file_id, 'brevo' as adapter, n = {until} as is_new,"
        f" * exclude (n, records_landed) from (select n, {file} {files});"
        f"insert into build_files by name select {file}, 0 as duplicates {files};"
    )


def day_before(records: int) -> str:
    """So many records of the planted feed on the day before the last whole one."""
    return (
        f"update build_files set records_read = {records}"
        f" where feed = 'planted' and arrival_date = {TODAY} - 2;"
    )


def lost(values: int, given: int = 50, day: int = 0) -> str:
    """So many values of a field lost in the file of a day."""
    return (
        f"{arrived()} insert into work.raw.nulled_values by name select {day} as file_id, 'score' as field, \
        {values} as records, {given} as given;"
    )


def unmatched(records: int) -> str:
    """So many records of today's file that match nothing."""
    return f"{arrived()} {outcome(records)}"


def outcome(records: int, outcome: str = "no_match", day: int = 0) -> str:
    """What became of so many records of the file of a day."""
    return f"insert into {OUTCOMES} by name select 'planted' as feed, {day} as file_id, \
        '{outcome}' as outcome, 'no_url' as cause, {records} as records;"


def read_anew(day: int) -> str:
    """The file of an earlier day is new in this build."""
    return f"update work.raw.files set is_new = true where feed = 'planted' and file_id = {day};"


def unreadable(day: int) -> str:
    return f"{arrived()} update work.raw.files set file_quarantined = true where feed = 'planted' and file_id = {day};"


def without_proof(unproven: int, sent: int = 1280, proof: str = "email_delivered") -> str:
    """So many messages of a feed sent, some without a proof of delivery, and an event of the feed."""
    return f"""
        insert into fct_email_messages select messages.* replace (
            'planted' as feed, 'm' || n as message_key, {TODAY} - 5 as send_date, n >= {unproven} as was_delivered_confirmed
        )
        from (from fct_email_messages where was_delivered limit 1) as messages, range({sent}) as numbers (n);
        insert into fct_email_events select * replace ('planted' as feed, '{proof}' as interaction_type)
        from fct_email_events limit 1;
    """


def typed(day: int) -> str:
    """A feed with 50 records and 40 events of a type each day, and none of these so many days ago."""
    return f"""
        {arrived(since=30)}
        insert into {STAGED} select staged.* replace (
            'planted' as feed,
            {TODAY} - cast(days.n as integer) as arrival_date,
            'planted-' || days.n || '-' || events.n as interaction_id
        )
        from (from {STAGED} limit 1) as staged, range(31) as days (n), range(40) as events (n)
        where days.n <> {day};
    """


def e_mails(mart: str, of: str, **newest: int) -> str:
    """500 e-mails a day of a feed or domain, with what is otherwise on the newest day that is judged."""
    counts = {"targeted": 500, "sent": 500, "delivered": 500, "bounced_total": 5, "blocked": 5}
    counts |= {"feedback_loops": 0, "opened_unique": 200, "clicked_unique": 50, "unsubscribed": 5}
    last = 4 if mart == "mart_feed_kpis_daily" else 0
    columns = ", ".join(
        f"case n when {last} then {newest.get(name, usual)} else {usual} end as {name}"
        for name, usual in counts.items()
    )
    return f"insert into {mart} by name select {of}, {TODAY} - cast(n as integer) as send_date, {columns} \
        from range(50) as days (n);"


def of_feed(**newest: int) -> str:
    return e_mails("mart_feed_kpis_daily", "'planted' as feed", **newest)


def of_domain(**newest: int) -> str:
    return e_mails(
        "mart_email_domains_daily", "'e1' as email_id, 'planted.example' as recipient_domain", **newest
    )


def of_late(seconds: int) -> str:
    """An interaction so many seconds after the end of the as-of day."""
    late = f"cast({TODAY} + 1 as timestamp) at time zone 'UTC' + interval {seconds} seconds"
    return update(STAGED, f"occurred_at = {late}")


A_DAY = 24 * 60 * 60

BREAKS: Changes = {
    "arrival_files_are_readable": {
        "an unreadable file today": unreadable(0),
        "an unreadable file of an earlier day, read just now": unreadable(5) + read_anew(5),
    },
    "arrival_files_are_clean": {"four bad records in 305": arrived(records_read=305, quarantined=4)},
    "arrival_fields_are_kept": {
        "11 of 50 values of a field lost today": lost(11),
        "a field lost in a file of an earlier day, read just now": lost(50, day=5) + read_anew(5),
    },
    "arrival_records_are_counted": {"303 of 605 records ignored": arrived(records_read=605, ignored=303)},
    "arrival_observations_match": {
        "two observations, and no page is known": unmatched(2),
        "20 observations of a feed that matched before": unmatched(20) + outcome(5, "interaction", day=1),
        "a few a day of a feed that matched long ago": unmatched(3)
        + "".join(outcome(6, day=day) for day in range(1, 4))
        + outcome(5, "interaction", day=9),
    },
    "arrival_feeds_are_not_silent": {"a feed without a file today": arrived(since=7, until=1)},
    "arrival_volume_is_expected": {
        "fewer records than the band": arrived(since=30, until=1, records_read=23),
        "more records than the band": arrived(since=30, until=1, records_read=102),
        "more records on the as-of day": arrived(since=30, records_read=102),
        "few records twice": arrived(since=30, until=1, records_read=29) + day_before(29),
        "many records twice": arrived(since=30, until=1, records_read=75) + day_before(75),
        "a type of event is gone": typed(1),
    },
    "arrival_rates_are_expected": {
        "a tenth of the opens": of_feed(opened_unique=20),
        "four times the unsubscribes": of_feed(unsubscribed=20),
    },
    "arrival_domains_deliver": {
        "four times the bounces": of_domain(bounced_total=20),
        "four times the blocks": of_domain(blocked=20),
        "complaints where there were none": of_domain(feedback_loops=6),
    },
    "arrival_delivery_log_is_complete": {"7 of 1,280 without proof": without_proof(7)},
    "arrival_nothing_before_sending": {
        "an open before the sending": update(
            "fct_email_messages", "sent_at = first_event_at + interval 1 hour", "was_sent"
        )
    },
    "arrival_nothing_from_the_future": {"an event of the day after tomorrow": of_late(A_DAY)},
}

BORNE: Changes = {
    "arrival_files_are_readable": {
        "a file that was unreadable long ago": f"update work.raw.files set is_new = false; {unreadable(5)}"
    },
    "arrival_files_are_clean": {"three bad records in 305": arrived(records_read=305, quarantined=3)},
    "arrival_fields_are_kept": {
        "10 of 50 values of a field lost": lost(10),
        "the only value of a field lost": lost(1, given=1),
    },
    "arrival_records_are_counted": {
        "302 of 604 records ignored": arrived(records_read=604, ignored=302),
        "a feed whose one record is ignored": arrived(since=0, records_read=1, ignored=1),
    },
    "arrival_observations_match": {
        "one observation that matches nothing": unmatched(1),
        "three observations of a feed that matched before": unmatched(3) + outcome(5, "interaction", day=1),
    },
    "arrival_feeds_are_not_silent": {
        "a feed that came on six days only": arrived(since=6, until=1),
        "a feed that never comes on this weekday": arrived(until=1)
        + f"delete from build_files where feed = 'planted' and ({TODAY} - arrival_date) % 7 = 0;",
    },
    "arrival_volume_is_expected": {
        "the least of the band": arrived(since=30, until=1, records_read=24),
        "the most of the band": arrived(since=30, until=1, records_read=101),
        "the least of the band after few": arrived(since=30, until=1, records_read=30) + day_before(29),
        "the most of the band after many": arrived(since=30, until=1, records_read=74) + day_before(75),
        "few records after many": arrived(since=30, until=1, records_read=29) + day_before(75),
        "a feed with a campaign on some days": arrived(since=60, until=1, records_read=10)
        + f"update build_files set records_read = 2000 where feed = 'planted'"
        f" and ({TODAY} - arrival_date) % 2 = 0 and arrival_date < {TODAY} - 1;",
        "an unusual volume with too little history": arrived(since=20, until=1, records_read=500),
        "an as-of day that is not over": arrived(since=30, records_read=1),
        "a type that has not come on the as-of day": typed(0),
        "three days at once after two without any": arrived(since=30, until=1, records_read=150)
        + f"delete from build_files where feed = 'planted' and arrival_date in ({TODAY} - 2, {TODAY} - 3);",
    },
    "arrival_rates_are_expected": {
        "a fifth less opens": of_feed(opened_unique=160),
        "twice the unsubscribes": of_feed(unsubscribed=10),
    },
    "arrival_domains_deliver": {
        "twice the bounces": of_domain(bounced_total=10),
        "fewer bounces": of_domain(bounced_total=0),
        "the first complaints": of_domain(feedback_loops=3),
    },
    "arrival_delivery_log_is_complete": {
        "6 of 1,280 without proof": without_proof(6),
        "a feed that never reports deliveries": without_proof(1280, proof="email_deferred"),
        "too few messages": without_proof(999, sent=999),
    },
    "arrival_nothing_from_the_future": {"clocks that are a day apart": of_late(A_DAY - 1)},
}
