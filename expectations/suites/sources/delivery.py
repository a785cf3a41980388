"""Delivery getting worse: bounces, blocks and complaints of a recipient domain against its own past.

Belongs here: the SQL that finds such domains, over any table of days, so that a benchmark can measure how
often it is wrong. Does not belong here: which checks there are (`arrivals.py`), and the limits by which
mailbox providers judge a sender (`expectations/limits.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

#: Days, up to the newest one, that are judged together; the shortest that is worse than usual is given.
WINDOWS = (1, 3, 7)
#: Weeks before them that are compared, if so many of them have so many e-mails.
WEEKS = 8
LEAST_WEEKS = 3
LEAST_MESSAGES = 50
#: So many cases and standard deviations above the usual rate are borne.
LEAST_CASES = 4
TOLERANCE = 3.5
#: A domain's rate differs at least by this share of it from week to week.
LEAST_SPREAD = 0.25
#: Factor from the median absolute deviation to a standard deviation of normal noise.
DEVIATION = 1.4826
#: From so many domains on that are worse, and half of all, they are one finding.
MANY = 3


def worse(days: str, today: str, limits: Mapping[str, float]) -> str:
    """SQL for the rates of domains: domain, kind, window_days, cases, messages, at_most, usual, domains.

    days: query for domain, kind, day, cases and messages, of which cases are a part. limits: kind -> the rate
        from which on it is to be watched, whatever is usual of the domain. at_most and usual are shares.
        domains: names of all if `domain` is null, which stands for most domains.

    The newest day needs not be complete: bounces that come later only make it worse.
    """
    windows = ", ".join(map(str, WINDOWS))
    bounds = ", ".join(f"('{kind}', {limit})" for kind, limit in limits.items())
    return f"""
        with
            days as materialized ({days}),
            windows as (select *, unnest([{windows}]) as window_days from days where day <= {today}),
            limits as (select * from (values {bounds}) as bounds (kind, lowest)),
            aged as (
                select
                    domain,
                    kind,
                    window_days,
                    -- 0: the days that are judged; 1 and more: the weeks before them.
                    case
                        when day > {today} - window_days then 0
                        else 1 + date_diff('day', day, {today} - window_days) // 7
                    end as week,
                    cases,
                    messages
                from windows
                where day > {today} - window_days - 7 * {WEEKS}
            ),
            weeks as (
                select domain, kind, window_days, week, sum(cases) as cases, sum(messages) as messages
                from aged
                group by domain, kind, window_days, week
                having sum(messages) >= case when week = 0 then 1 else {LEAST_MESSAGES} end
            ),
            earlier as (
                select
                    domain,
                    kind,
                    window_days,
                    greatest(median(cases / messages), 0.5 / sum(messages)) as usual,
                    {DEVIATION} * mad(cases / messages) as spread
                from weeks
                where week > 0
                group by domain, kind, window_days
                having count(*) >= {LEAST_WEEKS}
            ),
            judged as (
                select
                    weeks.domain,
                    weeks.kind,
                    weeks.window_days,
                    weeks.cases,
                    weeks.messages,
                    earlier.usual,
                    greatest(
                        limits.lowest,
                        earlier.usual + 1.0 * {LEAST_CASES} / weeks.messages + {TOLERANCE} * sqrt(
                            earlier.usual * (1 - earlier.usual) / weeks.messages
                            + greatest(earlier.spread, {LEAST_SPREAD} * earlier.usual) ** 2
                        )
                    ) as at_most
                from weeks
                inner join earlier
                    on
                        weeks.domain = earlier.domain
                        and weeks.kind = earlier.kind
                        and weeks.window_days = earlier.window_days
                inner join limits on weeks.kind = limits.kind
                where weeks.week = 0
            ),
            chosen as (
                select *, cases / messages > at_most as is_worse
                from judged
                qualify
                    row_number() over (
                        partition by domain, kind
                        order by cases / messages > at_most desc, window_days
                    ) = 1
            ),
            kinds as (
                select
                    kind,
                    count(case when is_worse then 1 end) as worse_ones,
                    count(*) as all_of_them,
                    string_agg(case when is_worse then domain end, ', ' order by domain) as domains
                from chosen
                group by kind
            ),
            alone as (
                select
                    chosen.*,
                    kinds.domains,
                    kinds.worse_ones >= {MANY} and 2 * kinds.worse_ones >= kinds.all_of_them as is_common
                from chosen
                inner join kinds on chosen.kind = kinds.kind
            )
        select domain, kind, window_days, cases, messages, at_most, usual, null as domains
        from alone
        where not (is_common and is_worse)
        union all
        select
            null,
            kind,
            max(window_days),
            sum(cases),
            sum(messages),
            sum(messages * at_most) / sum(messages),
            sum(messages * usual) / sum(messages),
            max(domains)
        from alone
        where is_common and is_worse
        group by kind
        order by kind, domain
    """
