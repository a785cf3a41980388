"""What sources should be like on the day they arrive; a red check is an alert, not a fault of the build.

Belongs here: invariants 3 and 9, and the checks on files, feeds and volumes. The day is always the as-of day,
the newest arrival day of any feed, never the clock.
"""

from __future__ import annotations

from expectations.limits import LIMITS
from expectations.rules import RowsKeepRule, ValuesStayWithinBounds
from expectations.suites.base import (
    AS_OF,
    BUILD_FILES,
    DOMAIN_KPIS,
    EVENTS,
    FEED_KPIS,
    FILES,
    IGNORED_RECORDS,
    LOST_VALUES,
    MESSAGES,
    OUTCOMES,
    SETTLED_DAYS,
    STAGED,
    arrival,
)
from expectations.suites.sources.delivery import worse
from expectations.suites.sources.usual import LEAST_WEEKS, WEEKS, rates, volumes

#: How many days back the check of the delivery log looks, and how many those of what is usual.
WINDOW_DAYS = 28
USUAL_DAYS = 80
#: A feed is expected on a weekday once it has arrived on this many days, and on most of these weekdays.
REGULAR_DAYS = 7
#: Percent of a file's records that may be quarantined.
QUARANTINE_PERCENT = 1
#: Percent of a field's values that may become null, and of a feed's records that may be ignored.
LOST_PERCENT = 20
IGNORED_PERCENT = 50
#: Fewest records to judge a feed by: a single one may be a handshake or a strange first event.
JUDGED_RECORDS = 2
#: Newest records of a feed among which something must match.
MATCHED_RECORDS = 20
#: Fewest settled sent messages to judge by, and the percent of them that may lack proof of delivery.
JUDGED_MESSAGES = 1000
UNPROVEN_PERCENT = 0.5

#: Share of messages from which on a kind of trouble with a domain is to be watched.
DOMAIN_LIMITS = {
    "bounced": LIMITS["bounce_rate"][0],
    "blocked": LIMITS["bounce_rate"][0],
    "complained": LIMITS["complaint_rate"][0],
}

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

# A feed's new files, and those before them until there are enough records: of a few, none need match.
_MATCHED = f"""
    with
        counted as (
            select
                files.file_id,
                files.is_new,
                files.arrival_date,
                files.feed,
                sum(outcomes.records) as records
            from {FILES} as files
            inner join {OUTCOMES} as outcomes on files.file_id = outcomes.file_id
            group by files.file_id, files.is_new, files.arrival_date, files.feed
        ),
        newest_first as (
            select
                *,
                sum(records) over (
                    partition by feed
                    order by is_new desc, arrival_date desc, file_id
                    rows between unbounded preceding and 1 preceding
                ) as records_before
            from counted
        ),
        outcomes as (
            select judged.feed, outcomes.outcome, outcomes.cause, sum(outcomes.records) as records
            from {OUTCOMES} as outcomes
            inner join newest_first as judged on outcomes.file_id = judged.file_id
            where judged.is_new or coalesce(judged.records_before, 0) < {MATCHED_RECORDS}
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
    with
        arrived as (
            select distinct feed, arrival_date
            from {BUILD_FILES}
            where arrival_date >= {AS_OF} - 7 * {WEEKS}
        ),
        feeds as (
            select
                feed,
                max(arrival_date) as last_day,
                count(case when arrival_date < {AS_OF} then 1 end) as earlier_days,
                count(
                    case
                        when arrival_date < {AS_OF} and date_diff('day', arrival_date, {AS_OF}) % 7 = 0 then 1
                    end
                ) as same_weekdays,
                least(date_diff('day', min(arrival_date), {AS_OF}) // 7, {WEEKS}) as weeks
            from arrived
            group by feed
        )
    select
        'files of feed ' || feed || ' on ' || {AS_OF},
        case when last_day = {AS_OF} then 1 else 0 end,
        1,
        null,
        ['last seen on ' || last_day]
    from feeds
    where earlier_days >= {REGULAR_DAYS} and same_weekdays >= 0.75 * weeks and same_weekdays > 0
    order by feed
"""

_ARRIVALS_BY_KIND = f"""
    select feed, '' as kind, arrival_date as day, sum(records_read) as records
    from {BUILD_FILES}
    where arrival_date >= {AS_OF} - {USUAL_DAYS}
    group by feed, arrival_date
    union all
    select feed, interaction_type, arrival_date, count(*)
    from {STAGED}
    where arrival_date >= {AS_OF} - {USUAL_DAYS}
    group by feed, interaction_type, arrival_date
"""

_VOLUMES = f"""
    select
        case when kind = '' then 'records' else replace(kind, '_', ' ') || ' events' end
        || ' of feed ' || feed || ' arrived on ' || day,
        records,
        at_least,
        at_most,
        ['usual are ' || cast(round(usual) as bigint)]
    from ({volumes(_ARRIVALS_BY_KIND, AS_OF)}) as bands
"""

_RATES_BY_KIND = " union all ".join(
    f"""
    select feed, '{kind}' as kind, send_date as day, {cases} as cases, delivered as messages
    from {FEED_KPIS}
    where send_date >= {AS_OF} - {USUAL_DAYS} and delivered > 0
    """
    for kind, cases in (
        ("opened", "opened_unique"),
        ("clicked", "clicked_unique"),
        ("unsubscribed from", "unsubscribed"),
    )
)

_RATES = f"""
    select
        '% of ' || messages || ' e-mails that feed ' || feed || ' delivered '
        || case window_days when 1 then 'of ' else 'in the week up to ' end || day || ' were ' || kind,
        100.0 * cases / messages,
        100.0 * at_least,
        100.0 * at_most,
        ['usual are ' || round(100.0 * usual, 2) || ' %']
    from ({rates(_RATES_BY_KIND, AS_OF, SETTLED_DAYS)}) as bands
"""

_TROUBLE_BY_DOMAIN = " union all ".join(
    f"""
    select
        recipient_domain as domain,
        '{kind}' as kind,
        send_date as day,
        sum({cases}) as cases,
        sum({messages}) as messages
    from {DOMAIN_KPIS}
    where send_date >= {AS_OF} - {USUAL_DAYS}
    group by recipient_domain, send_date
    having sum({messages}) > 0
    """
    for kind, cases, messages in (
        ("bounced", "bounced_total", "sent"),
        ("blocked", "blocked", "targeted"),
        ("complained", "feedback_loops", "delivered"),
    )
)

_DELIVERY = f"""
    select
        '% of ' || messages || ' e-mails to '
        || coalesce('the domain ' || domain, 'most recipient domains (' || domains || ')')
        || case window_days
            when 1 then ' sent on ' || {AS_OF}
            else ' sent in ' || window_days || ' days up to ' || {AS_OF}
        end
        || case kind
            when 'bounced' then ' came back (bounces)'
            when 'blocked' then ' were blocked by the provider'
            else ' were reported as spam (complaints)'
        end,
        100.0 * cases / messages,
        null,
        100.0 * at_most,
        ['usual are ' || round(100.0 * usual, 2) || ' %']
    from ({worse(_TROUBLE_BY_DOMAIN, AS_OF, DOMAIN_LIMITS)}) as rates
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
        "of a feed's new files, and of its newest before them up to"
        f" {MATCHED_RECORDS} records, something matches a known website, page or redirect URL, where two"
        " records or more match nothing",
        ValuesStayWithinBounds(_MATCHED),
        "The CRM snapshot lacks the website, page or redirect URL, the feed's `host` is wrong, or none has"
        " arrived: see the causes.",
    ),
    arrival(
        "arrival_feeds_are_not_silent",
        "build_files",
        f"every feed that arrived on {REGULAR_DAYS} or more earlier days, and on most of these weekdays, has"
        " a file on the as-of day",
        ValuesStayWithinBounds(_FEEDS),
        "Its export did not run or did not reach the landing zone: the day's numbers lack that feed.",
    ),
    arrival(
        "arrival_volume_is_expected",
        "build_files",
        "what arrived of a feed and of each type of its events, on the day before the as-of day, is what is"
        f" usual of the same weekdays (once there are {LEAST_WEEKS}); on the as-of day it is not more",
        ValuesStayWithinBounds(_VOLUMES),
        "Half an export, a double one, a type of event that is no longer sent, or an unusual day: compare"
        " with the sender's own numbers, and deliver what is missing in a new file.",
    ),
    arrival(
        "arrival_rates_are_expected",
        "mart_feed_kpis_daily",
        f"the open, click and unsubscribe rates of a feed's last settled day (older than {SETTLED_DAYS * 24}"
        f" hours), and of the week up to it, are what is usual of the same weekdays (once there are"
        f" {LEAST_WEEKS})",
        ValuesStayWithinBounds(_RATES),
        "Events of this type are missing or doubled, tracking was changed, or people answered otherwise than"
        " usual: compare with the provider's own numbers and with what was sent.",
    ),
    arrival(
        "arrival_domains_deliver",
        "mart_email_domains_daily",
        "no recipient domain bounces, blocks or complains more than in its own past, where the rate is also"
        " above what mailbox providers find good",
        ValuesStayWithinBounds(_DELIVERY),
        "Send less to these domains until it is better: look at the reasons in the e-mails' Delivery tabs,"
        " take out addresses that bounced, and check the sender's authentication (SPF, DKIM, DMARC), its"
        " reputation at the mailbox provider, and what the last e-mails promised.",
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
