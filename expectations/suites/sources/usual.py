"""What is usual of a day: volumes of feeds and rates of their e-mails against the same weekdays.

Belongs here: the SQL of the bands, over any table of days, so that a benchmark can measure how often they
are wrong (`benchmarks/false_alarms.py`). They are medians and median absolute deviations, so that a day that
was wrong does not become usual; libraries for series with seasons (StatsModels, Prophet) fit each series each
day, and what they add, seasons within a year, needs years. Does not belong here: which checks there are
(`arrivals.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

#: Same weekdays of so many weeks back are compared, once there are so many of them.
WEEKS = 8
LEAST_WEEKS = 3
#: Days whose changes against the same weekdays tell the present level (the trend), and how much days differ.
LEVEL_DAYS = 14
SPREAD_DAYS = 42
#: Factor from the median absolute deviation to a standard deviation of normal noise.
DEVIATION = 1.4826
#: Standard deviations that a day may lie from what is expected: of a feed's whole, of its parts (there are
#: many), of a rate.
TOLERANCE = {"whole": 5.0, "part": 7.0, "rate": 5.0}
#: The same of a volume where the day before was out of this narrower band too: chance seldom comes twice.
TOLERANCE_AGAIN = {"whole": 2.75, "part": 4.5}
#: A volume's band reaches at least so far (as a logarithm: down to 64 %, up to 157 %), and so many records.
LEAST_CHANGE = 0.45
LEAST_CHANGE_AGAIN = 0.3
#: Standard deviation (of the logarithm) from which on a day tells nothing: campaigns on some days.
LARGEST_SPREAD = 0.8
LEAST_RECORDS = 20
#: A rate's band reaches at least so far (a share of it), and so many cases, judged from so many e-mails.
LEAST_RATE_CHANGE = 0.25
LEAST_CASES = 10
LEAST_MESSAGES = 100

_SAME_WEEKDAYS = f"rows between {WEEKS} preceding and 1 preceding"
_LEVEL = f"rows between {LEVEL_DAYS} preceding and 1 preceding"
_SPREAD = f"rows between {SPREAD_DAYS} preceding and 1 preceding"


def volumes(days: str, today: str) -> str:
    """SQL for the bands of the last two days: feed, kind, day, records, at_least, at_most, usual.

    days: query for feed, kind, day and records; kind '' is all that the feed delivered, others are parts of
        it (types of events). today: SQL of the newest day: it may be incomplete, so it has no lower bound.

    A day on which nothing of a feed came is no row: that is silence. What comes after such days may be as
    much as is usual of all of them. If a feed's whole is out of its band, its parts are no rows. After a day
    with too little the lower bound is nearer to what is usual, after one with too much the upper one.
    """
    return f"""
        with
            days as materialized ({days}),
            series as (select feed, kind, min(day) as first_day from days group by feed, kind),
            spine as (
                select
                    feed,
                    kind,
                    unnest(generate_series(first_day, {today}, interval 1 day)) as midnight
                from series
            ),
            filled as (
                select spine.feed, spine.kind, spine.day, coalesce(days.records, 0) as records
                from (select feed, kind, cast(midnight as date) as day from spine) as spine
                left join days
                    on spine.feed = days.feed and spine.kind = days.kind and spine.day = days.day
            ),
            usual as (
                select
                    *,
                    median(records) over same_weekdays as usual,
                    count(*) over same_weekdays as weeks,
                    max(records) over (partition by feed, day) > 0 as has_come
                from filled
                window
                    same_weekdays as (
                        partition by feed, kind, dayofweek(day) order by day {_SAME_WEEKDAYS}
                    )
            ),
            changes as (
                select *, case when usual > 0 then ln((records + 1) / (usual + 1)) end as change
                from usual
            ),
            levels as (
                select
                    *,
                    coalesce(
                        median(case when has_come then change end)
                        over (partition by feed, kind order by day {_LEVEL}),
                        0
                    ) as level,
                    -- Days up to and with the next one on which something came belong together.
                    count(case when has_come then 1 end) over (
                        partition by feed, kind
                        order by day
                        rows between unbounded preceding and 1 preceding
                    ) as arrivals_before
                from changes
            ),
            spreads as (
                select
                    *,
                    usual * exp(level) as expected,
                    coalesce(
                        {DEVIATION} * median(abs(change - level))
                        over (partition by feed, kind order by day {_SPREAD}),
                        0
                    ) as spread
                from levels
            ),
            widths as (
                select
                    *,
                    {_width(TOLERANCE, LEAST_CHANGE)} as width,
                    {_width(TOLERANCE_AGAIN, LEAST_CHANGE_AGAIN)} as width_again,
                    -- A level that fell is no bound for what comes back.
                    sum(usual * exp(greatest(level, 0))) over (
                        partition by feed, kind, arrivals_before
                        order by day
                        rows between unbounded preceding and current row
                    ) as owed
                from spreads
            ),
            bands as (
                select
                    *,
                    {_at_least("width")} as at_least,
                    {_at_most("width")} as at_most,
                    {_at_least("width_again")} as at_least_again,
                    {_at_most("width_again")} as at_most_again
                from widths
                where
                    has_come
                    and weeks >= {LEAST_WEEKS}
                    and expected >= {LEAST_RECORDS}
                    and spread <= {LARGEST_SPREAD}
            ),
            compared as (
                select
                    feed,
                    kind,
                    day,
                    records,
                    case
                        when day < {today}
                        then
                            case
                                when lag(records < at_least_again) over days_before then at_least_again
                                else at_least
                            end
                    end as at_least,
                    case
                        when lag(records > at_most_again) over days_before then at_most_again
                        else at_most
                    end as at_most,
                    usual
                from bands
                window days_before as (partition by feed, kind order by day)
            ),
            judged as (select * from compared where day >= {today} - 1),
            wholes as (
                select feed, day, bool_or(records < at_least or records > at_most) as is_out
                from judged
                where kind = ''
                group by feed, day
            )
        select judged.*
        from judged
        left join wholes on judged.feed = wholes.feed and judged.day = wholes.day
        where judged.kind = '' or not coalesce(wholes.is_out, false)
        order by judged.feed, judged.kind, judged.day
    """


def _width(tolerance: Mapping[str, float], least: float) -> str:
    return f"""greatest(
        case when kind = '' then {tolerance["whole"]} else {tolerance["part"]} end
        * greatest(spread, 1 / sqrt(expected + 1)),
        {least}
    )"""


def _at_least(width: str) -> str:
    return f"greatest(floor(least(expected * exp(-{width}), expected - {LEAST_RECORDS})), 0)"


def _at_most(width: str) -> str:
    return f"ceil(greatest(owed * exp({width}), owed + {LEAST_RECORDS}))"


def rates(days: str, today: str, settled: int) -> str:
    """SQL for bands of rates: feed, kind, day, window_days, cases, messages, at_least, at_most, usual.

    days: query for feed, kind, day, cases and messages, of which cases are a part. settled: days after which
        a day's cases have all come; the newest day older than that is judged, alone and with the six days
        before it.
        Of both, the shorter one that is out of its band is given, else the longer one. Bounds are shares.
    """
    return f"""
        with
            days as materialized ({days}),
            windows as (
                select feed, kind, day, 1 as window_days, cases, messages
                from days
                where day < {today} - {settled}
                union all
                select
                    feed,
                    kind,
                    day,
                    7,
                    sum(cases) over week,
                    sum(messages) over week
                from days
                where day < {today} - {settled}
                window
                    week as (
                        partition by feed, kind
                        order by day
                        range between interval 6 days preceding and current row
                    )
            ),
            measured as (
                select *, cast(cases as double) / messages as rate
                from windows
                where messages >= {LEAST_MESSAGES}
            ),
            usual as (
                select
                    *,
                    median(rate) over same_weekdays as usual,
                    count(*) over same_weekdays as weeks,
                    max(day) over (partition by feed, kind) as last_day
                from measured
                window
                    same_weekdays as (
                        partition by feed, kind, window_days, dayofweek(day) order by day {_SAME_WEEKDAYS}
                    )
            ),
            levels as (
                select
                    *,
                    coalesce(
                        median(rate - usual)
                        over (partition by feed, kind, window_days order by day {_LEVEL}),
                        0
                    ) as level
                from usual
            ),
            spreads as (
                select
                    *,
                    -- A level that fell is no bound for what comes back, nor is one that rose.
                    greatest(usual + least(level, 0), 0) as lower,
                    usual + greatest(level, 0) as upper,
                    coalesce(
                        {DEVIATION} * median(abs(rate - usual - level))
                        over (partition by feed, kind, window_days order by day {_SPREAD}),
                        0
                    ) as spread
                from levels
            ),
            bands as (
                select
                    *,
                    greatest(
                        {TOLERANCE["rate"]} * spread,
                        -- The noise of a share of so many e-mails.
                        {TOLERANCE["rate"]} * sqrt(greatest(upper * (1 - upper), 1.0 / messages) / messages),
                        {LEAST_RATE_CHANGE} * usual,
                        1.0 * {LEAST_CASES} / messages
                    ) as width
                from spreads
                where day = last_day and day >= {today} - {settled} - 7 and weeks >= {LEAST_WEEKS}
            )
        select
            feed,
            kind,
            day,
            window_days,
            cases,
            messages,
            greatest(lower - width, 0) as at_least,
            upper + width as at_most,
            usual
        from bands
        qualify
            row_number() over (
                partition by feed, kind
                order by
                    rate between lower - width and upper + width,
                    case when rate between lower - width and upper + width then -window_days
                    else window_days end
            ) = 1
        order by feed, kind
    """
