"""A large world as tables of a DuckDB connection: contacts, visitors, leads, journeys and events.

Everything is computed from its number, so a size always gives the same world. Of all events 70 % are about
emails, from seven providers; 22 % are of websites; 6 % are native interactions (journeys, segments, leads,
forms, events, surveys); 2 % come from a Dynamics 365 export. A message has about three events. Half of the
messages have no contact id, so that the address must identify the contact. Three visitors in ten are
identified at some time. Two events in a hundred arrive a day late.
"""

from __future__ import annotations

import duckdb

from benchmarks.worlds.size import FIRST_DAY, MAIL_SHARES, WEB_SHARES, Size

#: Average number of events per message (see `_MAIL`) and per visitor.
EVENTS_PER_MESSAGE = 2.86
EVENTS_PER_VISITOR = 12
JOURNEYS, TILES, EMAILS = 20, 5, 40

#: A whole number that looks random, from two others.
_LOT = "create or replace temp macro lot(number, draw) as cast(hash(number, draw) >> 1 as bigint)"


def address(contact: str) -> str:
    """Return SQL of a contact's first address, from its number."""
    return f"'person' || {contact} || '@mail' || ({contact} % 50) || '.example'"


# A message: sent; delivered or bounced; opened by half, twice by a fifth; clicked by a seventh; few
# unsubscribe.
_MAIL = """
    with messages as (
        select
            range as message,
            {seed} + range as number,
            {contact} % {contacts} as contact,
            {day} % {days} as day,
            {luck} % 1000 as luck,
            range % {emails} as email,
            range % {journeys} as journey
        from range({messages})
    ),
    steps as (
        select *, unnest([
            'sent',
            case when luck < 30 then 'bounced' else 'delivered' end,
            case when luck >= 500 then 'opened' end,
            case when luck >= 800 then 'opened' end,
            case when luck >= 850 then 'clicked' end,
            case when luck >= 995 then 'unsubscribed' end
        ]) as kind, unnest(range(6)) as step
        from messages
    )
    select
        *,
        number * 6 + step as event,
        md5('m' || number) as hex,
        timestamp '{first_day}' + to_days(day) + to_seconds(25000 + luck * 40 + step * 300) as occurred_at,
        case when lot(number, step) % 50 = 0 then day + 1 else day end as arrival,
        {address} as address,
        number % 2 = 0 as names_contact
    from steps
    where kind is not null
"""

# A visitor: three sessions of four page views, days apart; for some, the last view is an identification
# instead.
_WEB = """
    select
        range as event,
        range // {per_visitor} as visitor,
        range % {per_visitor} as view,
        {contact} % {contacts} as contact,
        ({day} % {days} + view // 4 * 3) % {days} as day,
        timestamp '{first_day}' + to_days(day)
            + to_seconds(20000 + lot(visitor, 8) % 50000 + view % 4 * 90 + view // 4 * 1000) as occurred_at,
        case when lot(range, 7) % 50 = 0 then day + 1 else day end as arrival,
        view = {per_visitor} - 1 and visitor % 10 < 3 as identifies,
        lot(range, 3) % 60 as page,
        {address} as address
    from range({events})
"""

_NATIVE = """
    select
        range as event,
        lot(range, 11) % {contacts} as contact,
        lot(range, 12) % {leads} as lead,
        range % {journeys} as journey,
        range // {journeys} % {tiles} as tile,
        lot(range, 13) % {days} as day,
        lot(range, 14) % 100 as luck,
        case
            when luck < 40 then 'journey_tile_entered'
            when luck < 75 then 'journey_tile_processed'
            when luck < 83 then 'segment_joined'
            when luck < 85 then 'segment_left'
            when luck < 91 then 'lead_scored'
            when luck < 94 then 'lead_stage_changed'
            when luck < 96 then 'form_submitted'
            when luck < 98 then 'redirect_clicked'
            when luck < 99 then 'event_registered'
            else 'survey_responded'
        end as kind,
        timestamp '{first_day}' + to_days(day) + to_seconds(lot(range, 15) % 80000) as occurred_at,
        case when lot(range, 16) % 50 = 0 then day + 1 else day end as arrival
    from range({events})
"""


def make_events(connection: duckdb.DuckDBPyConnection, feed: str, size: Size) -> None:
    """Make the table `events` with the events of one feed."""
    if feed in MAIL_SHARES:
        query = _mail(feed, size)
    elif feed in WEB_SHARES:
        query = _web(feed, size)
    else:
        query = _NATIVE.format(
            contacts=size.contacts, leads=size.leads, journeys=JOURNEYS, tiles=TILES, days=size.days + 1,
            first_day=FIRST_DAY, events=size.events_of(size.share_of(feed)),
        )  # fmt: skip
    connection.execute(_LOT)
    connection.execute(f"create or replace temp table events as {query}")


def _mail(feed: str, size: Size) -> str:
    # So that messages of different providers are different messages.
    seed = (list(MAIL_SHARES).index(feed) + 1) * 100_000_000
    return _MAIL.format(
        seed=seed, contacts=size.contacts, days=size.days + 1, emails=EMAILS, journeys=JOURNEYS, first_day=FIRST_DAY,
        contact=f"lot(range, {seed})", day=f"lot(range, {seed + 1})", luck=f"lot(range, {seed + 2})",
        messages=size.events_of(size.share_of(feed) / EVENTS_PER_MESSAGE), address=address("contact"),
    )  # fmt: skip


def _web(feed: str, size: Size) -> str:
    seed = list(WEB_SHARES).index(feed)
    visitor = f"range // {EVENTS_PER_VISITOR}"
    return _WEB.format(
        contacts=size.contacts, days=size.days + 1, per_visitor=EVENTS_PER_VISITOR, first_day=FIRST_DAY,
        contact=f"lot({visitor}, {seed})", day=f"lot({visitor}, {seed + 100})",
        events=size.events_of(size.share_of(feed)), address=address("contact"),
    )  # fmt: skip
