"""Promises about segments: a day's joins and leaves match its events, and sources agree on members (6, 7).

Belongs here: `mart_segment_daily` and the changes behind it, and what members were sent.
"""

from __future__ import annotations

from expectations.check import Scope
from expectations.rules import RowsKeepRule, TotalsAgree, table
from expectations.suites.base import AS_OF, MARTS, MESSAGES, SETTLED_DAYS, arrival, audit, finds_dimensions
from expectations.suites.email.counts import RATES, of_counts, of_messages, rates_recomputed

CHANGES = f"{MARTS}.fct_segment_changes"
_DAILY = f"{MARTS}.mart_segment_daily"
_CRM_MEMBERS = "work.intermediate.int_segment_members"
_COUNTS = "work.intermediate.int_segment_counts"
_MEMBERSHIPS = "work.intermediate.int_segment_memberships"

_SPANS = f"""(
    select
        segment_id,
        count(*) as days,
        date_diff('day', min(snapshot_date), max(snapshot_date)) + 1 as days_spanned,
        max(snapshot_date) = {AS_OF} as ends_today
    from {_DAILY}
    group by segment_id
)"""

# Only a day whose member count comes from a source can disagree; a computed day agrees by construction. The
# day before must come from a source too, because before the first one the number of members is unknown.
_COMPARABLE_DAYS = f"""(
    with
        known as (
            select segment_id, snapshot_date from {_CRM_MEMBERS}
            union
            select segment_id, counted_date as snapshot_date from {_COUNTS}
        ),
        spans as (select segment_id, min(snapshot_date) as first_date from known group by segment_id),
        changing as (select distinct segment_id from {CHANGES}),
        days as (
            select
                *,
                lag(members) over (partition by segment_id order by snapshot_date) as members_before
            from {_DAILY}
        )
    select days.*
    from days
    inner join known on days.segment_id = known.segment_id and days.snapshot_date = known.snapshot_date
    inner join spans on days.segment_id = spans.segment_id
    inner join changing on days.segment_id = changing.segment_id
    where days.snapshot_date > spans.first_date and days.snapshot_date < {AS_OF} - {SETTLED_DAYS}
)"""

_RECIPIENTS = f"{MARTS}.mart_email_segment_kpis"
_SENT_TO_MEMBERS = f"""(
    select messages.*, memberships.segment_id
    from {MESSAGES} as messages
    inner join {_MEMBERSHIPS} as memberships
        on messages.contact_id = memberships.contact_id
        and messages.send_date between memberships.member_from and memberships.member_until - 1
)"""

CHECKS = (
    audit(
        "email_segments_equal_messages",
        "mart_email_segment_kpis",
        "every count of an email in a segment is that of its messages to the members of each send date",
        TotalsAgree(
            table(_RECIPIENTS),
            ("messages to members", _SENT_TO_MEMBERS),
            per=("email_id", "segment_id"),
            counts={kpi: (total, of_messages()[kpi]) for kpi, total in of_counts().items()},
        ),
        # Who came to a segment or left it changes the counts of emails that they were sent.
        scope=Scope(
            by=("email_id",),
            whole=(_MEMBERSHIPS,),
            also=(
                f"select email_id from {MESSAGES}"
                " where contact_id in (select contact_id from {int_segment_memberships})",
            ),
        ),
    ),
    audit(
        "email_segments_rates",
        "mart_email_segment_kpis",
        f"each of {len(RATES)} rates is its counts divided, null over zero; shares are at most 1",
        RowsKeepRule(_RECIPIENTS, rates_recomputed(), "email_id || ' / ' || segment_id"),
        if_broken="A rate was averaged or divided by something else: use the rate macro on summed counts.",
    ),
    audit(
        "segment_flows_equal_changes",
        "mart_segment_daily",
        "per segment and day, as many joined and left as events say",
        TotalsAgree(
            table(_DAILY),
            # A sender's clock may be ahead: events of a future day count once that day has come.
            table(CHANGES, f"change_date <= {AS_OF}"),
            per=("segment_id",),
            counts={
                "joined": ("sum(members_joined)", "count(case when has_joined then 1 end)"),
                "left": ("sum(members_left)", "count(case when has_left then 1 end)"),
            },
        ),
        if_broken="A day was lost, doubled or not refreshed: rebuild with --full-refresh; if it stays, the"
        " calendar of mart_segment_daily misses days with events.",
    ),
    audit(
        "segment_days_are_complete",
        "mart_segment_daily",
        "each segment has a row for every day from its first to the as-of day",
        RowsKeepRule(
            _SPANS, "days = days_spanned and ends_today", key="segment_id", noun="segments break it"
        ),
        if_broken="The calendar of mart_segment_daily has a gap, or ends elsewhere.",
    ),
    finds_dimensions(
        "segment_changes_find_their_dimensions",
        "fct_segment_changes",
        "every segment and contact of a change has its dimension row",
        {"dim_segment": ("segment_id",), "dim_contact": ("contact_id",)},
    ),
    arrival(
        "segment_members_and_flows_agree",
        "mart_segment_daily",
        "where members are listed or counted and events tell who joined and left: members of a day ="
        f" members of the day before + joined - left, on settled days (older than {SETTLED_DAYS * 24} hours)",
        RowsKeepRule(
            _COMPARABLE_DAYS,
            # The first day has no day before it to be compared with.
            "coalesce(members = members_before + members_joined - members_left, true)",
            key="segment_id || ' on ' || snapshot_date || ' (' || members || ' instead of '"
            " || (members_before + members_joined - members_left) || ')'",
            noun="days have other members",
        ),
        if_broken="Events or snapshots of the segment are missing: compare the CRM's list with the join and"
        " leave events of the named day.",
    ),
)
