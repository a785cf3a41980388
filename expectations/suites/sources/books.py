"""Promises about the books (invariant 8): read = landed + duplicates + ignored + quarantined records.

Belongs here: the equations of the input contract, per file and per feed and day. Does not belong here: how
many bad records a file may have (`arrivals.py`).
"""

from __future__ import annotations

from expectations.check import Scope
from expectations.rules import RowsKeepRule, TotalsAgree, table
from expectations.suites.base import (
    ACTIVITIES,
    BUILD_FILES,
    EVENTS,
    FILES,
    LOST_VALUES,
    MARTS,
    OUTCOMES,
    STAGED,
    audit,
)

_DAY = ("feed", "arrival_date")
_FILE = ("feed", "arrival_date", "file")

# A file that could not be read at all is quarantined as a whole and has no record counts.
_LISTED_OF_READABLE = f"""(
    select listed.*
    from {MARTS}.quarantine as listed
    anti join (select feed, arrival_date, file from {BUILD_FILES} where file_quarantined) as unreadable
        using (feed, arrival_date, file)
)"""
_LOST_OF_FILES = f"""(
    select files.feed, files.arrival_date, lost.field, lost.records
    from {LOST_VALUES} as lost
    inner join {FILES} as files on lost.file_id = files.file_id
)"""

# A provider may report one open under two names; the second record is a duplicate in the books.
_LEFT_OUT = f"""
    select interactions.interaction_id
    from {STAGED} as interactions
    left join {EVENTS} as events on interactions.interaction_id = events.interaction_id
    where interactions.shadow_of is not null and events.interaction_id is null
"""
# An observation counts as an interaction if activities were derived from it.
_OBSERVED_ONLY = f"""
    select interaction_id
    from {STAGED}
    where interaction_type in ('page_viewed', 'request_logged', 'visitor_identified')
        and interaction_id not in (select observation_id from {ACTIVITIES})
"""
# Line and item of a record as one number, which is unique within its file.
_RECORDS = f"""
    select files.feed, files.arrival_date, records.records, 0 as identities, 0 as unmatched, 0 as strayed
    from (
        select file_id, count(distinct line_number * 2147483648 + item_index) as records
        from {STAGED}
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
        from {STAGED}
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
        from {STAGED}
        group by file_id, feed, arrival_date
    ) as origins
    left join {FILES} as files
        on origins.file_id = files.file_id
        and origins.feed = files.feed
        and origins.arrival_date = files.arrival_date
    where files.file_id is null
"""
CHECKS = (
    audit(
        "books_balance",
        "build_files",
        "per file: records_read = records_landed + duplicates + ignored + quarantined, none negative",
        RowsKeepRule(
            BUILD_FILES,
            "records_read = records_landed + duplicates + ignored + quarantined"
            " and least(records_landed, duplicates, ignored, quarantined) >= 0",
            key="concat_ws('/', feed, arrival_date, file)",
            noun="files do not balance",
        ),
        if_broken="Records vanished or were counted twice while landing or deduplicating the named file:"
        " compare its ledger row with the rows it landed.",
    ),
    audit(
        "books_list_every_file",
        "build_files",
        "one row per file of the ledger, with what was read, ignored and quarantined there",
        TotalsAgree(
            table(BUILD_FILES),
            ("the ledger", FILES),
            per=_FILE,
            counts={
                "rows": ("count(*)", "count(*)"),
                **{
                    column: (f"sum({column})", f"sum({column})")
                    for column in ("records_read", "ignored", "quarantined")
                },
            },
        ),
        if_broken="build_files was not refreshed for the named file: rebuild with --full-refresh.",
    ),
    audit(
        "books_list_every_quarantined_record",
        "quarantine",
        "every file lists as many quarantined records as its books count",
        TotalsAgree(
            ("quarantine", _LISTED_OF_READABLE),
            table(BUILD_FILES, "not file_quarantined"),
            per=_FILE,
            counts={"quarantined": ("count(*)", "sum(quarantined)")},
        ),
        if_broken="A bad record can no longer be found and replayed: the ledger's quarantine and its file's"
        " count were not written together, or the table was not refreshed (rebuild with --full-refresh).",
    ),
    audit(
        "books_list_every_ignored_record",
        "build_ignored",
        "per feed and arrival day, the ignored records listed by type and reason are as many as the books"
        " count",
        TotalsAgree(
            table(f"{MARTS}.build_ignored"),
            table(BUILD_FILES),
            per=_DAY,
            counts={"ignored": ("sum(records)", "sum(ignored)")},
        ),
        if_broken="Ignored records cannot be named: the ledger's ignored records and its files' counts were"
        " not written together.",
    ),
    audit(
        "books_list_every_lost_value",
        "build_nulled",
        "per feed, arrival day and field, as many lost values are listed as the ledger counts",
        TotalsAgree(
            table(f"{MARTS}.build_nulled"),
            ("the ledger", _LOST_OF_FILES),
            per=(*_DAY, "field"),
            counts={"lost values": ("sum(records)", "sum(records)")},
        ),
        if_broken="build_nulled was not made of this ledger: rebuild with --full-refresh.",
    ),
    audit(
        "books_list_every_unmatched_record",
        "build_unmatched",
        "per feed, arrival day and cause, the records listed are those whose outcome is that they match"
        " nothing",
        TotalsAgree(
            table(f"{MARTS}.build_unmatched"),
            table(OUTCOMES, "outcome = 'no_match'"),
            per=(*_DAY, "cause"),
            counts={"records that match nothing": ("sum(records)", "sum(records)")},
        ),
        if_broken="build_unmatched was not made of the outcomes as they are: rebuild with --full-refresh.",
    ),
    audit(
        "books_explain_every_landed_record",
        "build_files",
        "per feed and arrival day, landed records are those that became interactions, those that identify"
        " somebody and those that match nothing, counted by cause",
        TotalsAgree(
            # A snapshot's rows are entities, not interactions, so its records have no outcomes.
            table(BUILD_FILES, f"feed not in (select feed from {FILES} where adapter = 'crm')"),
            table(OUTCOMES),
            per=_DAY,
            counts={"landed records": ("sum(records_landed)", "sum(records)")},
        ),
        if_broken="Records were landed and then lost on the way to interactions: find the cause that"
        " int_record_outcomes does not know.",
    ),
    audit(
        "books_trace_every_interaction",
        "intermediate.int_interactions",
        "every interaction names the file it came from, and per feed and arrival day the records behind"
        " interactions, those that identify and those that match nothing are as many as the books count as"
        " such",
        TotalsAgree(
            ("int_interactions", f"({_RECORDS} union all {_OBSERVED} union all {_STRAYED})"),
            table(OUTCOMES),
            per=_DAY,
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
        ),
        if_broken="Interactions without a landed record: deduplication kept copies of a file that is not in"
        " the ledger, or int_record_outcomes was not refreshed (rebuild with --full-refresh).",
        # The days of interactions that changed, and of those that became an event or stopped being one. The
        # ledger's row of a file that was read stays.
        scope=Scope(
            by=_DAY,
            whole=(EVENTS, FILES),
            also=(
                f"select feed, arrival_date from {STAGED}"
                " where interaction_id in (select interaction_id from {fct_email_events})",
            ),
        ),
    ),
)
