"""What sources should be like on the day they arrive; a red check is an alert, not a fault of the build.

Belongs here: invariants 3 and 9, and the checks on files, feeds and volumes. The day is always the as-of day,
the newest arrival day of any feed, never the clock.
"""

from __future__ import annotations

from expectations.rules import RowsKeepRule, ValuesStayWithinBounds
from expectations.suites.base import (
    AS_OF,
    BUILD_FILES,
    EVENTS,
    FILES,
    IGNORED_RECORDS,
    LOST_VALUES,
    MESSAGES,
    OUTCOMES,
    SETTLED_DAYS,
    STAGED,
    arrival,
)

#: How many days back these checks look: for volumes, and for the delivery log.
WINDOW_DAYS = 28
#: A feed's volume has a band once this many of these days have files.
HISTORY_DAYS = 14
#: A feed is expected daily once it has arrived on this many days.
REGULAR_DAYS = 7
#: The band reaches at least this far to either side of the median: a share of it, and a number of records.
FLOOR_SHARE = 0.4
FLOOR_RECORDS = 20
#: Factor from the median absolute deviation to three standard deviations.
DEVIATIONS = 3 * 1.4826
#: Percent of a file's records that may be quarantined.
QUARANTINE_PERCENT = 1
#: Percent of a field's values that may become null, and of a feed's records that may be ignored.
LOST_PERCENT = 20
IGNORED_PERCENT = 50
#: Fewest records to judge a feed by: a single one may be a handshake or a strange first event.
JUDGED_RECORDS = 2
#: Fewest settled sent messages to judge by, and the percent of them that may lack proof of delivery.
JUDGED_MESSAGES = 1000
UNPROVEN_PERCENT = 0.5

_ARRIVED = f"(select * from {FILES} where arrival_date = {AS_OF} or is_new)"

# A feed's new files; if a build has none of the feed, its files of the as-of day, so that a red check stays
# red.
_JUDGED = f"""
    select * from {FILES}
    where is_new or (arrival_date = {AS_OF} and feed not in (select feed from {FILES} where is_new))
"""

_QUARANTINED = f"""
    select
        '% of ' || records_read || ' records quarantined in ' || concat_ws('/', feed, arrival_date, file),
        100.0 * quarantined / records_read as percent,
        null,
        {QUARANTINE_PERCENT},
        null
    from {_ARRIVED} as arrived
    where not file_quarantined and quarantined > 0
    order by percent desc
"""

_LOST = f"""
    with judged as ({_JUDGED})
    select
        '% of ' || sum(coalesce(lost.given, lost.records)) || ' values of ' || lost.field || ' in feed '
        || judged.feed || ' became null',
        100.0 * sum(lost.records) / sum(coalesce(lost.given, lost.records)) as percent,
        null,
        {LOST_PERCENT},
        null
    from {LOST_VALUES} as lost
    inner join judged on lost.file_id = judged.file_id
    group by judged.feed, lost.field
    having sum(lost.records) > 0 and sum(coalesce(lost.given, lost.records)) >= {JUDGED_RECORDS}
    order by percent desc, judged.feed, lost.field
"""

_IGNORED = f"""
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
        causes as (select feed, max_by(name, records, 3) as names from named group by feed)
    select
        '% of ' || read.records || ' records of feed ' || read.feed || ' are ignored',
        100.0 * read.ignored / read.records as percent,
        null,
        {IGNORED_PERCENT},
        causes.names
    from read
    left join causes on read.feed = causes.feed
    order by percent desc, read.feed
"""

_MATCHED = f"""
    with
        judged as ({_JUDGED}),
        outcomes as (
            select judged.feed, outcomes.outcome, outcomes.cause, sum(outcomes.records) as records
            from {OUTCOMES} as outcomes
            inner join judged on outcomes.file_id = judged.file_id
            group by judged.feed, outcomes.outcome, outcomes.cause
        )
    select
        'of ' || sum(records) || ' records of feed ' || feed || ' match anything',
        sum(case when outcome <> 'no_match' then records else 0 end),
        1,
        null,
        max_by(cause || ': ' || records, records, 3) filter (where outcome = 'no_match')
    from outcomes
    group by feed
    having sum(case when outcome = 'no_match' then records end) >= {JUDGED_RECORDS}
    order by feed
"""

_FEEDS = f"""
    select
        'files of feed ' || feed || ' on ' || {AS_OF},
        count(case when arrival_date = {AS_OF} then 1 end),
        1,
        null,
        ['last seen on ' || max(arrival_date)]
    from {BUILD_FILES}
    group by feed
    having count(distinct case when arrival_date < {AS_OF} then arrival_date end) >= {REGULAR_DAYS}
    order by feed
"""

_VOLUMES = f"""
    with
        days as (
            select feed, arrival_date, sum(records_landed) as records
            from {BUILD_FILES}
            where arrival_date >= {AS_OF} - {WINDOW_DAYS}
            group by feed, arrival_date
        ),
        bands as (
            select
                feed,
                median(records) as middle,
                greatest({DEVIATIONS} * mad(records), {FLOOR_SHARE} * median(records), {FLOOR_RECORDS})
                as width
            from days
            where arrival_date < {AS_OF}
            group by feed
            having count(*) >= {HISTORY_DAYS}
        )
    select
        'records of feed ' || days.feed || ' landed on ' || days.arrival_date,
        days.records,
        greatest(floor(bands.middle - bands.width), 0),
        ceil(bands.middle + bands.width),
        null
    from days
    inner join bands on days.feed = bands.feed
    where days.arrival_date = {AS_OF}
    order by days.feed
"""

_UNPROVEN = f"""
    with reporting as (select distinct feed from {EVENTS} where interaction_type = 'email_delivered')
    select
        '% of ' || count(*) || ' messages sent by feed ' || feed || ' lack a proof of delivery',
        100.0 * count(case when was_delivered and not was_delivered_confirmed then 1 end) / count(*),
        null,
        {UNPROVEN_PERCENT},
        null
    from {MESSAGES}
    where
        was_sent
        and feed in (select feed from reporting)
        and send_date >= {AS_OF} - {WINDOW_DAYS}
        and send_date < {AS_OF} - {SETTLED_DAYS}
    group by feed
    having count(*) >= {JUDGED_MESSAGES}
    order by feed
"""

_BESIDE_THE_FUTURE = f"""(
    select
        interaction_id,
        feed,
        arrival_date,
        coalesce(occurred_at >= cast({AS_OF} + 2 as timestamp) at time zone 'UTC', false) as is_of_the_future
    from {STAGED}
)"""

CHECKS = (
    arrival(
        "arrival_files_are_readable",
        "build_files",
        "no file of the as-of day, or new in this build, was unreadable as a whole",
        RowsKeepRule(
            _ARRIVED,
            "not coalesce(file_quarantined, false)",
            key="concat_ws('/', feed, arrival_date, file) || coalesce(' (' || reason_code || ')', '')",
            noun="files are unreadable",
        ),
        "Its records are missing: ask the sender for the file again and land it under a new name.",
    ),
    arrival(
        "arrival_files_are_clean",
        "build_files",
        f"no file of the as-of day, or new in this build, has more than {QUARANTINE_PERCENT} % of its records"
        " quarantined",
        ValuesStayWithinBounds(_QUARANTINED),
        "See `touchpoint quarantine list` for the reasons; correct the records at their source and deliver"
        " them in a new file.",
    ),
    arrival(
        "arrival_fields_are_kept",
        "build_nulled",
        f"of a feed's new files, at most {LOST_PERCENT} % of the values of an optional field became null"
        f" (judged from {JUDGED_RECORDS} values)",
        ValuesStayWithinBounds(_LOST),
        "The field is written in a way that its column does not take (a date, a number, a word of its"
        " vocabulary): compare the file with docs/inputs.md, and correct the export or touchpoint.yml.",
    ),
    arrival(
        "arrival_records_are_counted",
        "build_ignored",
        f"of a feed's new files, at most {IGNORED_PERCENT} % of the records are ignored"
        f" (judged from {JUDGED_RECORDS} ignored records)",
        ValuesStayWithinBounds(_IGNORED),
        "Most of what arrives counts nowhere: another export than is meant, the provider's test payloads, or"
        " event types that belong into a feed of their own.",
    ),
    arrival(
        "arrival_observations_match",
        "build_unmatched",
        "of a feed's new files, something matches a known website, page or redirect URL, where two records or"
        " more match nothing",
        ValuesStayWithinBounds(_MATCHED),
        "The CRM snapshot lacks the website, page or redirect URL, the feed's `host` is wrong, or none has"
        " arrived: see the causes.",
    ),
    arrival(
        "arrival_feeds_are_not_silent",
        "build_files",
        f"every feed that arrived on {REGULAR_DAYS} or more earlier days has a file on the as-of day",
        ValuesStayWithinBounds(_FEEDS),
        "Its export did not run or did not reach the landing zone: the day's numbers lack that feed.",
    ),
    arrival(
        "arrival_volume_is_expected",
        "build_files",
        f"a feed's landed records on the as-of day lie within median ± 3 robust deviations of the last"
        f" {WINDOW_DAYS} days (once {HISTORY_DAYS} of them have files)",
        ValuesStayWithinBounds(_VOLUMES),
        "Half an export, a double one, or an unusual day: compare with the sender's own numbers.",
    ),
    arrival(
        "arrival_delivery_log_is_complete",
        "fct_email_messages",
        f"for a feed that reports deliveries, at most {UNPROVEN_PERCENT} % of sent messages of its settled"
        f" days (older than {SETTLED_DAYS * 24} hours, of the last {WINDOW_DAYS}) lack a proof of delivery"
        f" (judged from {JUDGED_MESSAGES:,} sent)",
        ValuesStayWithinBounds(_UNPROVEN),
        "A delivery log is missing: check which export or event type stopped; until it is back, delivered is"
        " overstated.",
    ),
    arrival(
        "arrival_nothing_before_sending",
        "fct_email_messages",
        "no interaction of a message is older than its sending",
        RowsKeepRule(
            MESSAGES,
            # A message without a known sending has nothing to compare.
            "coalesce(first_event_at >= sent_at, true)",
            key="message_key || ' of feed ' || feed",
            noun="messages have an earlier interaction",
        ),
        "Clocks of the sources disagree, or two messages share an id: look at the named messages' events.",
    ),
    arrival(
        "arrival_nothing_from_the_future",
        "intermediate.int_interactions",
        "no interaction is more than a day later than the as-of day",
        RowsKeepRule(
            _BESIDE_THE_FUTURE,
            "not is_of_the_future",
            key="interaction_id || ' of feed ' || feed || ' arrived ' || arrival_date",
            noun="interactions are later than the day after the as-of day",
        ),
        "A sender's clock or time zone is wrong: correct the feed's `timezone`, or ask the sender.",
    ),
)
