"""What sources should be like on the day they arrive: breaches are alerts, not faults of the build.

Belongs here: invariants 3 and 9, and the checks on files, feeds and volumes. The day is always the as-of day,
the newest arrival day of any feed, never the clock.
"""

from __future__ import annotations

from expectations.check import Check, Probe
from expectations.suites.books import BUILD_FILES, FILES, IGNORED_RECORDS, LOST_VALUES, OUTCOMES
from expectations.suites.email.counts import EVENTS, MESSAGES

_INTERACTIONS = "work.intermediate.int_interactions"
_AS_OF = f"(select max(arrival_date) from {BUILD_FILES})"

#: Days of memory: for volumes, and for the delivery log.
WINDOW_DAYS = 28
#: A volume has a band once so many of these days have files.
HISTORY_DAYS = 14
#: A feed is expected daily once it arrived on so many days.
REGULAR_DAYS = 7
#: The band is at least this wide to either side: a share of the median, and a number of records.
FLOOR_SHARE = 0.4
FLOOR_RECORDS = 20
#: From median absolute deviation to standard deviation, times three of these.
DEVIATIONS = 3 * 1.4826
#: Percent of a file that may be quarantined.
QUARANTINE_PERCENT = 1
#: Percent of a field's values that may be lost, and of a feed's records that may be ignored.
LOST_PERCENT = 20
IGNORED_PERCENT = 50
#: One record says nothing about a feed: a handshake, a strange first event.
JUDGED_RECORDS = 2
#: Days after sending when delivery events are all in (72 hours), how many sent messages make a judgement, and
#: the percent of them that may lack proof.
SETTLED_DAYS = 3
JUDGED_MESSAGES = 1000
UNPROVEN_PERCENT = 0.5


def _arrival(name: str, table: str, promise: str, if_broken: str) -> Check:
    return Check(name, "arrival", table, promise, if_broken)


READABLE = _arrival(
    "arrival_files_are_readable",
    "marts.build_files",
    "no file of the as-of day, or new in this build, was unreadable as a whole",
    "Its records are missing: ask the sender for the file again and land it under a new name.",
)
CLEAN = _arrival(
    "arrival_files_are_clean",
    "marts.build_files",
    f"no file of the as-of day, or new in this build, has more than {QUARANTINE_PERCENT} % of its records"
    " quarantined",
    "See `touchpoint quarantine list` for the reasons; correct the records at their source and deliver them"
    " in a new file.",
)
FIELDS_KEPT = _arrival(
    "arrival_fields_are_kept",
    "marts.build_nulled",
    f"of a feed's new files, at most {LOST_PERCENT} % of the values of an optional field became null"
    f" (judged from {JUDGED_RECORDS} values)",
    "The field is written in a way that its column does not take (a date, a number, a word of its"
    " vocabulary): compare the file with docs/inputs.md, and correct the export or touchpoint.yml.",
)
COUNTED = _arrival(
    "arrival_records_are_counted",
    "marts.build_ignored",
    f"of a feed's new files, at most {IGNORED_PERCENT} % of the records are ignored"
    f" (judged from {JUDGED_RECORDS} ignored records)",
    "Most of what arrives counts nowhere: another export than is meant, the provider's test payloads, or"
    " event types that belong into a feed of their own.",
)
MATCHED = _arrival(
    "arrival_observations_match",
    "marts.build_unmatched",
    "of a feed's new files, something matches a known website, page or redirect URL, where two records or"
    " more match nothing",
    "The CRM snapshot lacks the website, page or redirect URL, the feed's `host` is wrong, or none has"
    " arrived: see the causes.",
)
FEEDS_PRESENT = _arrival(
    "arrival_feeds_are_not_silent",
    "marts.build_files",
    f"every feed that arrived on {REGULAR_DAYS} or more earlier days has a file on the as-of day",
    "Its export did not run or did not reach the landing zone: the day's numbers lack that feed.",
)
VOLUME = _arrival(
    "arrival_volume_is_expected",
    "marts.build_files",
    f"a feed's landed records on the as-of day lie within median ± 3 robust deviations of the last"
    f" {WINDOW_DAYS} days (once {HISTORY_DAYS} of them have files)",
    "Half an export, a double one, or an unusual day: compare with the sender's own numbers.",
)
DELIVERIES = _arrival(
    "arrival_delivery_log_is_complete",
    "marts.fct_email_messages",
    f"for a feed that reports deliveries, at most {UNPROVEN_PERCENT} % of sent messages of its settled days"
    f" (older than 72 hours, of the last {WINDOW_DAYS}) lack a proof of delivery"
    f" (judged from {JUDGED_MESSAGES:,} sent)",
    "A delivery log is missing: check which export or event type stopped; until it is back, delivered is"
    " overstated.",
)
SENT_FIRST = _arrival(
    "arrival_nothing_before_sending",
    "marts.fct_email_messages",
    "no interaction of a message is older than its sending",
    "Clocks of the sources disagree, or two messages share an id: look at the named messages' events.",
)
NO_FUTURE = _arrival(
    "arrival_nothing_from_the_future",
    "intermediate.int_interactions",
    "no interaction is more than a day later than the as-of day",
    "A sender's clock or time zone is wrong: correct the feed's `timezone`, or ask the sender.",
)

_ARRIVED = f"arrival_date = {_AS_OF} or is_new"

_READABLE_SQL = f"""
select
    '{READABLE.name}' as check_name,
    'of ' || count(*) || ' files are unreadable' as subject,
    count(case when file_quarantined then 1 end) as observed,
    0 as at_least,
    0 as at_most,
    array_to_string(
        min(
            case when file_quarantined
            then concat_ws('/', feed, arrival_date, file) || coalesce(' (' || reason_code || ')', '') end,
            3
        ),
        ', '
    ) as examples
from {FILES}
where {_ARRIVED}
"""

_CLEAN_SQL = f"""
select
    '{CLEAN.name}' as check_name,
    '% of ' || records_read || ' records quarantined in '
    || concat_ws('/', feed, arrival_date, file) as subject,
    100.0 * quarantined / records_read as observed,
    null as at_least,
    {QUARANTINE_PERCENT} as at_most,
    null as examples
from {FILES}
where ({_ARRIVED}) and not file_quarantined and quarantined > 0
order by observed desc
"""

# A feed's new files; where a build has none of it, those of the as-of day, so that what is red stays red.
_JUDGED = f"""
    select * from {FILES}
    where is_new or (arrival_date = {_AS_OF} and feed not in (select feed from {FILES} where is_new))
"""

_FIELDS_SQL = f"""
with judged as ({_JUDGED})
select
    '{FIELDS_KEPT.name}' as check_name,
    '% of ' || sum(coalesce(lost.given, lost.records)) || ' values of ' || lost.field || ' in feed '
    || judged.feed || ' became null' as subject,
    100.0 * sum(lost.records) / sum(coalesce(lost.given, lost.records)) as observed,
    null as at_least,
    {LOST_PERCENT} as at_most,
    null as examples
from {LOST_VALUES} as lost
inner join judged on lost.file_id = judged.file_id
group by judged.feed, lost.field
having sum(lost.records) > 0 and sum(coalesce(lost.given, lost.records)) >= {JUDGED_RECORDS}
order by observed desc, judged.feed, lost.field
"""

_COUNTED_SQL = f"""
with
    judged as ({_JUDGED}),
    read as (
        select feed, sum(records_read) as records, sum(ignored) as ignored
        from judged
        group by feed
        having sum(ignored) >= {JUDGED_RECORDS}
    ),
    named as (
        select
            judged.feed,
            ignored.record_type || ' (' || coalesce(ignored.reason, 'not_modelled') || '): '
            || sum(ignored.records) as name,
            sum(ignored.records) as records
        from {IGNORED_RECORDS} as ignored
        inner join judged on ignored.file_id = judged.file_id
        group by judged.feed, ignored.record_type, ignored.reason
    ),
    causes as (
        select feed, array_to_string(max_by(name, records, 3), ', ') as names from named group by feed
    )
select
    '{COUNTED.name}' as check_name,
    '% of ' || read.records || ' records of feed ' || read.feed || ' are ignored' as subject,
    100.0 * read.ignored / read.records as observed,
    null as at_least,
    {IGNORED_PERCENT} as at_most,
    causes.names as examples
from read
left join causes on read.feed = causes.feed
order by observed desc, read.feed
"""

_MATCHED_SQL = f"""
with
    judged as ({_JUDGED}),
    outcomes as (
        select judged.feed, outcomes.outcome, outcomes.cause, sum(outcomes.records) as records
        from {OUTCOMES} as outcomes
        inner join judged on outcomes.file_id = judged.file_id
        group by judged.feed, outcomes.outcome, outcomes.cause
    )
select
    '{MATCHED.name}' as check_name,
    'of ' || sum(records) || ' records of feed ' || feed || ' match anything' as subject,
    sum(case when outcome <> 'no_match' then records else 0 end) as observed,
    1 as at_least,
    null as at_most,
    array_to_string(
        max_by(cause || ': ' || records, records, 3) filter (where outcome = 'no_match'), ', '
    ) as examples
from outcomes
group by feed
having sum(case when outcome = 'no_match' then records end) >= {JUDGED_RECORDS}
order by feed
"""

_FEEDS_SQL = f"""
select
    '{FEEDS_PRESENT.name}' as check_name,
    'files of feed ' || feed || ' on ' || {_AS_OF} as subject,
    count(case when arrival_date = {_AS_OF} then 1 end) as observed,
    1 as at_least,
    null as at_most,
    'last seen on ' || max(arrival_date) as examples
from {BUILD_FILES}
group by feed
having count(distinct case when arrival_date < {_AS_OF} then arrival_date end) >= {REGULAR_DAYS}
order by feed
"""

_VOLUME_SQL = f"""
with
    days as (
        select feed, arrival_date, sum(records_landed) as records
        from {BUILD_FILES}
        where arrival_date >= {_AS_OF} - {WINDOW_DAYS}
        group by feed, arrival_date
    ),
    bands as (
        select
            feed,
            median(records) as middle,
            greatest({DEVIATIONS} * mad(records), {FLOOR_SHARE} * median(records), {FLOOR_RECORDS}) as width
        from days
        where arrival_date < {_AS_OF}
        group by feed
        having count(*) >= {HISTORY_DAYS}
    )
select
    '{VOLUME.name}' as check_name,
    'records of feed ' || days.feed || ' landed on ' || days.arrival_date as subject,
    days.records as observed,
    greatest(floor(bands.middle - bands.width), 0) as at_least,
    ceil(bands.middle + bands.width) as at_most,
    null as examples
from days
inner join bands on days.feed = bands.feed
where days.arrival_date = {_AS_OF}
order by days.feed
"""

_DELIVERIES_SQL = f"""
with reporting as (select distinct feed from {EVENTS} where interaction_type = 'email_delivered')
select
    '{DELIVERIES.name}' as check_name,
    '% of ' || count(*) || ' messages sent by feed ' || feed || ' lack a proof of delivery' as subject,
    100.0 * count(case when was_delivered and not was_delivered_confirmed then 1 end) / count(*) as observed,
    null as at_least,
    {UNPROVEN_PERCENT} as at_most,
    null as examples
from {MESSAGES}
where
    was_sent
    and feed in (select feed from reporting)
    and send_date >= {_AS_OF} - {WINDOW_DAYS}
    and send_date < {_AS_OF} - {SETTLED_DAYS}
group by feed
having count(*) >= {JUDGED_MESSAGES}
order by feed
"""

_SENT_FIRST_SQL = f"""
select
    '{SENT_FIRST.name}' as check_name,
    'of ' || count(*) || ' messages have an earlier interaction' as subject,
    count(case when first_event_at < sent_at then 1 end) as observed,
    0 as at_least,
    0 as at_most,
    array_to_string(
        min(case when first_event_at < sent_at then message_key || ' of feed ' || feed end, 3), ', '
    ) as examples
from {MESSAGES}
"""

_FUTURE_SQL = f"""
with
    horizon as (select cast({_AS_OF} + 2 as timestamp) at time zone 'UTC' as ends_at),
    early as (
        select interaction_id, feed, arrival_date
        from {_INTERACTIONS}
        where occurred_at >= (select ends_at from horizon)
    )
select
    '{NO_FUTURE.name}' as check_name,
    'interactions are later than ' || coalesce(cast({_AS_OF} + 1 as varchar), 'any day') as subject,
    count(*) as observed,
    0 as at_least,
    0 as at_most,
    array_to_string(min(interaction_id || ' of feed ' || feed || ' arrived ' || arrival_date, 3), ', ')
    as examples
from early
"""

PROBES = (
    Probe((READABLE,), (FILES, BUILD_FILES), _READABLE_SQL),
    Probe((CLEAN,), (FILES, BUILD_FILES), _CLEAN_SQL),
    Probe((FIELDS_KEPT,), (LOST_VALUES, FILES, BUILD_FILES), _FIELDS_SQL),
    Probe((COUNTED,), (IGNORED_RECORDS, FILES, BUILD_FILES), _COUNTED_SQL),
    Probe((MATCHED,), (OUTCOMES, FILES, BUILD_FILES), _MATCHED_SQL),
    Probe((FEEDS_PRESENT,), (BUILD_FILES,), _FEEDS_SQL),
    Probe((VOLUME,), (BUILD_FILES,), _VOLUME_SQL),
    Probe((DELIVERIES,), (MESSAGES, EVENTS, BUILD_FILES), _DELIVERIES_SQL),
    Probe((SENT_FIRST,), (MESSAGES,), _SENT_FIRST_SQL),
    Probe((NO_FUTURE,), (_INTERACTIONS, BUILD_FILES), _FUTURE_SQL),
)
