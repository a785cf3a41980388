"""Promises about the books (invariant 8): what was read is landed, a duplicate, ignored or quarantined.

Belongs here: the equations of the input contract, per file and per feed and day. Does not belong here:
whether a file is good enough (`arrivals.py`).
"""

from __future__ import annotations

from expectations.check import Check, Probe
from expectations.measures import rules_kept, totals_agree
from expectations.suites.email.counts import EVENTS

BUILD_FILES = "insights.marts.build_files"
FILES = "work.raw.files"
IGNORED_RECORDS = "work.raw.ignored_records"
LOST_VALUES = "work.raw.nulled_values"
OUTCOMES = "work.intermediate.int_record_outcomes"
_IGNORED = "insights.marts.build_ignored"
_NULLED = "insights.marts.build_nulled"
_UNMATCHED = "insights.marts.build_unmatched"
_QUARANTINE = "insights.marts.quarantine"
_INTERACTIONS = "work.intermediate.int_interactions"
_ACTIVITIES = "work.intermediate.int_activities"
_DAY = ("feed", "arrival_date")
_FILE = ("feed", "arrival_date", "file")

BALANCE = Check(
    name="books_balance",
    kind="audit",
    table="marts.build_files",
    promise="per file: records_read = records_landed + duplicates + ignored + quarantined, none negative",
    if_broken="Records vanished or were counted twice while landing or deduplicating the named file: compare"
    " its ledger row with the rows it landed.",
)
COMPLETE = Check(
    name="books_list_every_file",
    kind="audit",
    table="marts.build_files",
    promise="one row per file of the ledger, with what was read, ignored and quarantined there",
    if_broken="build_files was not refreshed for the named file: rebuild with --full-refresh.",
)
QUARANTINE_LISTED = Check(
    name="books_list_every_quarantined_record",
    kind="audit",
    table="marts.quarantine",
    promise="every file lists as many quarantined records as its books count",
    if_broken="A bad record can no longer be found and replayed: the ledger's quarantine and its file's count"
    " were not written together, or the table was not refreshed (rebuild with --full-refresh).",
)
LANDED_EXPLAINED = Check(
    name="books_explain_every_landed_record",
    kind="audit",
    table="marts.build_files",
    promise="per feed and arrival day, landed records are those that became interactions, those that identify"
    " somebody and those that match nothing, counted by cause",
    if_broken="Records were landed and then lost on the way to interactions: find the cause that"
    " int_record_outcomes does not know.",
)
IGNORED_LISTED = Check(
    name="books_list_every_ignored_record",
    kind="audit",
    table="marts.build_ignored",
    promise="per feed and arrival day, the ignored records listed by type and reason are as many as the books"
    " count",
    if_broken="Ignored records cannot be named: the ledger's ignored records and its files' counts were not"
    " written together.",
)
LOST_LISTED = Check(
    name="books_list_every_lost_value",
    kind="audit",
    table="marts.build_nulled",
    promise="per feed, arrival day and field, as many lost values are listed as the ledger counts",
    if_broken="build_nulled was not made of this ledger: rebuild with --full-refresh.",
)
UNMATCHED_LISTED = Check(
    name="books_list_every_unmatched_record",
    kind="audit",
    table="marts.build_unmatched",
    promise="per feed, arrival day and cause, the records listed are those whose outcome is that they match"
    " nothing",
    if_broken="build_unmatched was not made of the outcomes as they are: rebuild with --full-refresh.",
)
TRACED = Check(
    name="books_trace_every_interaction",
    kind="audit",
    table="intermediate.int_interactions",
    promise="every interaction names the file it came from, and per feed and arrival day the records behind"
    " interactions, those that identify and those that match nothing are as many as the books count as such",
    if_broken="Interactions without a landed record: deduplication kept copies of a file that is not in the"
    " ledger, or int_record_outcomes was not refreshed (rebuild with --full-refresh).",
)

_BALANCE_SQL = rules_kept(
    BUILD_FILES,
    key="concat_ws('/', feed, arrival_date, file)",
    noun="files do not balance",
    rules={
        BALANCE.name: "records_read = records_landed + duplicates + ignored + quarantined"
        " and least(records_landed, duplicates, ignored, quarantined) >= 0"
    },
)

_COMPLETE_SQL = totals_agree(
    COMPLETE.name,
    keys=_FILE,
    counts={
        "rows": ("count(*)", "count(*)"),
        "records_read": ("sum(records_read)", "sum(records_read)"),
        "ignored": ("sum(ignored)", "sum(ignored)"),
        "quarantined": ("sum(quarantined)", "sum(quarantined)"),
    },
    here=("build_files", BUILD_FILES),
    there=("the ledger", FILES),
)

# A file that could not be read at all is quarantined as a file, not record by record.
_UNREADABLE = f"(select feed, arrival_date, file from {BUILD_FILES} where file_quarantined)"
_QUARANTINE_SQL = totals_agree(
    QUARANTINE_LISTED.name,
    keys=_FILE,
    counts={"quarantined": ("count(*)", "sum(quarantined)")},
    here=(
        "quarantine",
        f"(select listed.* from {_QUARANTINE} as listed anti join {_UNREADABLE} as unreadable"
        " using (feed, arrival_date, file))",
    ),
    there=("build_files", f"(select * from {BUILD_FILES} where not file_quarantined)"),
)

_IGNORED_SQL = totals_agree(
    IGNORED_LISTED.name,
    keys=_DAY,
    counts={"ignored": ("sum(records)", "sum(ignored)")},
    here=("build_ignored", _IGNORED),
    there=("build_files", BUILD_FILES),
)

_LOST_SQL = totals_agree(
    LOST_LISTED.name,
    keys=(*_DAY, "field"),
    counts={"lost values": ("sum(records)", "sum(records)")},
    here=("build_nulled", _NULLED),
    there=(
        "the ledger",
        f"(select files.feed, files.arrival_date, lost.field, lost.records from {LOST_VALUES} as lost"
        f" inner join {FILES} as files on lost.file_id = files.file_id)",
    ),
)

_UNMATCHED_SQL = totals_agree(
    UNMATCHED_LISTED.name,
    keys=(*_DAY, "cause"),
    counts={"records that match nothing": ("sum(records)", "sum(records)")},
    here=("build_unmatched", _UNMATCHED),
    there=("record outcomes", f"(select * from {OUTCOMES} where outcome = 'no_match')"),
)

# A snapshot's rows are entities, not interactions: its records have no outcomes.
_LANDED_SQL = totals_agree(
    LANDED_EXPLAINED.name,
    keys=_DAY,
    counts={"landed records": ("sum(records_landed)", "sum(records)")},
    here=(
        "build_files",
        f"(select * from {BUILD_FILES} where feed not in (select feed from {FILES} where adapter = 'crm'))",
    ),
    there=("record outcomes", OUTCOMES),
)

# A second name for an open that is counted under its first is a duplicate in the books.
_LEFT_OUT = f"""
    select interactions.interaction_id
    from {_INTERACTIONS} as interactions
    left join {EVENTS} as events on interactions.interaction_id = events.interaction_id
    where interactions.shadow_of is not null and events.interaction_id is null
"""
# An observation is an interaction where activities were derived from it, and else none.
_OBSERVED_ONLY = f"""
    select interaction_id
    from {_INTERACTIONS}
    where interaction_type in ('page_viewed', 'request_logged', 'visitor_identified')
        and interaction_id not in (select observation_id from {_ACTIVITIES})
"""
# A record is a line and an item of a file: one number, distinct within the file.
_RECORDS = f"""
    select files.feed, files.arrival_date, records.records, 0 as identities, 0 as unmatched, 0 as strayed
    from (
        select file_id, count(distinct line_number * 2147483648 + item_index) as records
        from {_INTERACTIONS}
        where interaction_id not in ({_LEFT_OUT}) and interaction_id not in ({_OBSERVED_ONLY})
        group by file_id
    ) as records
    inner join {FILES} as files on records.file_id = files.file_id
"""
_OBSERVED = f"""
    select files.feed, files.arrival_date, 0 as records, observed.identities, observed.unmatched, 0 as strayed
    from (
        select
            file_id,
            count(case when interaction_type = 'visitor_identified' then 1 end) as identities,
            count(case when interaction_type <> 'visitor_identified' then 1 end) as unmatched
        from {_INTERACTIONS}
        where interaction_id in ({_OBSERVED_ONLY})
        group by file_id
    ) as observed
    inner join {FILES} as files on observed.file_id = files.file_id
"""
_STRAYED = f"""
    select
        origins.feed, origins.arrival_date, 0 as records, 0 as identities, 0 as unmatched,
        origins.interactions as strayed
    from (
        select file_id, feed, arrival_date, count(*) as interactions
        from {_INTERACTIONS}
        group by file_id, feed, arrival_date
    ) as origins
    left join {FILES} as files
        on origins.file_id = files.file_id
        and origins.feed = files.feed
        and origins.arrival_date = files.arrival_date
    where files.file_id is null
"""
_TRACED_SQL = totals_agree(
    TRACED.name,
    keys=_DAY,
    counts={
        "records behind interactions": (
            "sum(records)",
            "sum(case when outcome = 'interaction' then records end)",
        ),
        "records that identify": (
            "sum(identities)",
            "sum(case when outcome = 'identity' then records end)",
        ),
        "records that match nothing": (
            "sum(unmatched)",
            "sum(case when outcome = 'no_match' then records end)",
        ),
        "interactions without their file": ("sum(strayed)", "0"),
    },
    here=("int_interactions", f"({_RECORDS} union all {_OBSERVED} union all {_STRAYED})"),
    there=("record outcomes", OUTCOMES),
)

PROBES = (
    Probe((BALANCE,), (BUILD_FILES,), _BALANCE_SQL),
    Probe((COMPLETE,), (BUILD_FILES, FILES), _COMPLETE_SQL),
    Probe((QUARANTINE_LISTED,), (_QUARANTINE, BUILD_FILES), _QUARANTINE_SQL),
    Probe((IGNORED_LISTED,), (_IGNORED, BUILD_FILES), _IGNORED_SQL),
    Probe((LOST_LISTED,), (_NULLED, LOST_VALUES, FILES), _LOST_SQL),
    Probe((UNMATCHED_LISTED,), (_UNMATCHED, OUTCOMES), _UNMATCHED_SQL),
    Probe((LANDED_EXPLAINED,), (BUILD_FILES, FILES, OUTCOMES), _LANDED_SQL),
    Probe((TRACED,), (_INTERACTIONS, _ACTIVITIES, EVENTS, OUTCOMES, FILES), _TRACED_SQL),
)
