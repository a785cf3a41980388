"""Promises about segments: a day's flows are its events, and sources agree on the members (invariants 6, 7).

Belongs here: `mart_segment_daily` and the changes behind it.
"""

from __future__ import annotations

from expectations.check import Check, Probe
from expectations.measures import mart_agrees, rules_kept
from expectations.references import missing_members
from expectations.suites.arrivals import SETTLED_DAYS
from expectations.suites.books import BUILD_FILES

_DAILY = "insights.marts.mart_segment_daily"
CHANGES = "insights.marts.fct_segment_changes"
_CRM_MEMBERS = "work.intermediate.int_segment_members"
_COUNTS = "work.intermediate.int_segment_counts"

FLOWS_EQUAL_CHANGES = Check(
    name="segment_flows_equal_changes",
    kind="audit",
    table="marts.mart_segment_daily",
    promise="per segment and day, as many joined and left as events say",
    if_broken="A day was lost, doubled or not refreshed: rebuild with --full-refresh; if it stays, the"
    " calendar of mart_segment_daily misses days with events.",
)
DAYS_IN_A_ROW = Check(
    name="segment_days_are_complete",
    kind="audit",
    table="marts.mart_segment_daily",
    promise="each segment has a row for every day from its first to the as-of day",
    if_broken="The calendar of mart_segment_daily has a gap, or ends elsewhere.",
)
CHANGES_FIND_DIMENSIONS = Check(
    name="segment_changes_find_their_dimensions",
    kind="audit",
    table="marts.fct_segment_changes",
    promise="every segment and contact of a change has its dimension row",
    if_broken="An inner join to that dimension would lose rows: the dimension model misses mentioned ids.",
)
SOURCES_AGREE = Check(
    name="segment_members_and_flows_agree",
    kind="arrival",
    table="marts.mart_segment_daily",
    promise="where members are listed or counted and events tell who joined and left: members of a day ="
    f" members of the day before + joined - left, on settled days (older than {SETTLED_DAYS * 24} hours)",
    if_broken="Events or snapshots of the segment are missing: compare the CRM's list with the join and leave"
    " events of the named day.",
)

_GAPS_SQL = f"""(
    select
        segment_id,
        count(*) = date_diff('day', min(snapshot_date), max(snapshot_date)) + 1
        and max(snapshot_date) = (select max(arrival_date) from {BUILD_FILES}) as is_complete
    from {_DAILY}
    group by segment_id
)"""

# Only a day whose members a source gives can disagree; a day that is added up agrees by construction. The day
# before must rest on a source too: before the first one nobody knows how many there were.
_AGREE_SQL = f"""
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
    ),
    compared as (
        select
            days.segment_id || ' on ' || days.snapshot_date || ' (' || days.members || ' instead of '
            || (days.members_before + days.members_joined - days.members_left) || ')' as day,
            days.members = days.members_before + days.members_joined - days.members_left as agrees
        from days
        inner join known
            on days.segment_id = known.segment_id and days.snapshot_date = known.snapshot_date
        inner join spans on days.segment_id = spans.segment_id
        inner join changing on days.segment_id = changing.segment_id
        where
            days.snapshot_date > spans.first_date
            and days.snapshot_date < (select max(arrival_date) from {BUILD_FILES}) - {SETTLED_DAYS}
    )
select
    '{SOURCES_AGREE.name}' as check_name,
    'of ' || count(*) || ' days have other members' as subject,
    count(case when not agrees then 1 end) as observed,
    0 as at_least,
    0 as at_most,
    array_to_string(min(case when not agrees then day end, 3), ', ') as examples
from compared
"""

PROBES = (
    mart_agrees(
        FLOWS_EQUAL_CHANGES,
        CHANGES,
        ("segment_id",),
        {
            "joined": ("sum(members_joined)", "count(case when has_joined then 1 end)"),
            "left": ("sum(members_left)", "count(case when has_left then 1 end)"),
        },
        # A sender's clock may be ahead: such events count once their day has come.
        there_where=f"change_date <= (select max(arrival_date) from {BUILD_FILES})",
        also_needs=(BUILD_FILES,),
    ),
    Probe(
        (DAYS_IN_A_ROW,),
        (_DAILY, BUILD_FILES),
        rules_kept(_GAPS_SQL, "segment_id", "segments break it", {DAYS_IN_A_ROW.name: "is_complete"}),
    ),
    missing_members(
        CHANGES_FIND_DIMENSIONS,
        CHANGES,
        {"dim_segment": ("segment_id",), "dim_contact": ("contact_id",)},
    ),
    Probe((SOURCES_AGREE,), (_DAILY, CHANGES, _CRM_MEMBERS, _COUNTS, BUILD_FILES), _AGREE_SQL),
)
