"""What changed in the records of a feed: fields that are new, gone, or of another kind, from the ledger.

Belongs here: the comparison of the last days with those before. Does not belong here: how fields are found
(`ingestion/values/shapes.py`), who is told (`alerts.py`).
"""

from __future__ import annotations

import duckdb

from expectations import CheckResult

NAME = "landing_fields_are_as_before"
#: Arrival days of a type of record that are compared with the days before them; days that are looked at.
RECENT_DAYS = 3
WINDOW_DAYS = 60
#: Fewest earlier days and records of a type of record to judge it by.
LEAST_DAYS = 5
LEAST_RECORDS = 50
#: Fewest recent records with a change, and how many there would have been earlier had it been there.
LEAST_CHANGED = 3
LEAST_MISSED = 10
#: Share of the earlier records that had a field that is gone, and fewest records on a day without it.
USUALLY_THERE = 0.98
LEAST_WITHOUT = 10

_CHANGES = f"""
    with
        seen as (
            select
                files.feed,
                fields.record_type,
                fields.field,
                fields.kind,
                files.arrival_date as day,
                sum(fields.records) as records,
                min_by(
                    files.arrival_date || '/' || files.file || ' line ' || fields.line_number,
                    (files.arrival_date, files.file, fields.line_number)
                ) as place
            from fields
            inner join files on fields.file_id = files.file_id
            where files.arrival_date >= (select max(arrival_date) from files) - {WINDOW_DAYS}
            group by all
        ),
        days as (
            select
                feed,
                record_type,
                day,
                sum(records) as records,
                row_number() over (partition by feed, record_type order by day desc) as age
            from seen
            where field = ''
            group by feed, record_type, day
        ),
        types as (
            select
                feed,
                record_type,
                sum(case when age <= {RECENT_DAYS} then records end) as recent,
                sum(case when age = 1 then records end) as newest,
                max(case when age = 1 then day end) as newest_day,
                sum(case when age > {RECENT_DAYS} then records end) as earlier,
                count(case when age > {RECENT_DAYS} then 1 end) as earlier_days
            from days
            group by feed, record_type
            having
                count(case when age > {RECENT_DAYS} then 1 end) >= {LEAST_DAYS}
                and sum(case when age > {RECENT_DAYS} then records end) >= {LEAST_RECORDS}
        ),
        kinds as (
            select
                seen.feed,
                seen.record_type,
                seen.field,
                seen.kind,
                coalesce(sum(case when days.age <= {RECENT_DAYS} then seen.records end), 0) as recent,
                coalesce(sum(case when days.age = 1 then seen.records end), 0) as newest,
                coalesce(sum(case when days.age > {RECENT_DAYS} then seen.records end), 0) as earlier,
                min_by(seen.place, seen.day) filter (where days.age <= {RECENT_DAYS}) as place
            from seen
            inner join days
                on
                    seen.feed = days.feed
                    and seen.record_type = days.record_type
                    and seen.day = days.day
            where seen.field <> ''
            group by seen.feed, seen.record_type, seen.field, seen.kind
        ),
        fields_of_types as (
            select
                feed,
                record_type,
                field,
                sum(newest) as newest,
                sum(earlier) as earlier,
                coalesce(sum(case when kind <> 'null' then recent end), 0) as recent_given,
                coalesce(sum(case when kind <> 'null' then earlier end), 0) as earlier_given,
                max_by(kind, recent) filter (where kind <> 'null') as kind,
                max_by(kind, earlier) filter (where kind <> 'null') as earlier_kind,
                min(place) as place
            from kinds
            group by feed, record_type, field
        ),
        changes as (
            select
                'new field `' || it.field || '` (' || it.kind || ')' as change,
                it.feed,
                it.record_type,
                it.recent_given as records,
                it.place
            from fields_of_types as it
            inner join types on it.feed = types.feed and it.record_type = types.record_type
            where
                it.earlier = 0
                and it.recent_given >= {LEAST_CHANGED}
                and types.earlier * it.recent_given / types.recent >= {LEAST_MISSED}
            union all
            select
                'field `' || it.field || '` (' || it.earlier_kind || ') is gone',
                it.feed,
                it.record_type,
                types.newest,
                types.newest_day || ''
            from fields_of_types as it
            inner join types on it.feed = types.feed and it.record_type = types.record_type
            where
                it.newest = 0
                and it.earlier >= {USUALLY_THERE} * types.earlier
                and types.newest >= {LEAST_WITHOUT}
            union all
            select
                'field `' || kinds.field || '` is ' || kinds.kind || ', was ' || it.earlier_kind,
                it.feed,
                it.record_type,
                kinds.recent,
                kinds.place
            from kinds
            inner join fields_of_types as it
                on
                    kinds.feed = it.feed
                    and kinds.record_type = it.record_type
                    and kinds.field = it.field
            where
                kinds.kind <> 'null'
                and kinds.earlier = 0
                and it.earlier_given > 0
                and kinds.recent >= {LEAST_CHANGED}
                and it.earlier_given * kinds.recent / it.recent_given >= {LEAST_MISSED}
        )
    select
        feed,
        change,
        list_sort(list(record_type)) as record_types,
        cast(sum(records) as bigint) as records,
        min(place) as place
    from changes
    group by feed, change
    order by feed, change
"""
_EXPECTED = "the fields of a feed's JSON records, and their kinds, are those of the days before"
_ADVICE = (
    "The provider or whoever sets up the feed changed it. A field that is gone or of another kind may cost"
    " figures: compare with docs/inputs.md and with `arrival_fields_are_kept`; a new field is kept nowhere"
    " until the adapter reads it. It is taken as usual after three days with files."
)


def check(ledger: duckdb.DuckDBPyConnection) -> CheckResult:
    """Return the arrival check on the fields of all feeds' records, as the ledger knows them."""
    broken = [
        (
            f"{change} in records of feed {feed}",
            f"{change} in {records} records of feed {feed} ({', '.join(record_types[:3])}"
            f"{' …' if len(record_types) > 3 else ''}), first {feed}/{place}",
        )
        for feed, change, record_types, records, place in ledger.execute(_CHANGES).fetchall()
    ]
    words = [found for _, found in broken]
    more = len(words) - 3
    observed = "; ".join(words[:3]) + (f"; and {more} more" if more > 0 else "") if words else "no change"
    message = f"not kept: {_EXPECTED}. Found: {observed}. {_ADVICE}" if broken else f"{_EXPECTED}."
    return CheckResult(NAME, "arrival", "marts.build_files", not broken, observed, _EXPECTED, message, broken)
