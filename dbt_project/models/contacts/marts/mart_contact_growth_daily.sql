{{
    config(
        materialized="incremental",
        unique_key=["growth_date"],
    )
}}

{#- So many days back at most, in powers of ten: what is older counts on the first of them. -#}
{%- set digits = 4 -%}

with
    milestones as (select * from {{ ref("int_contact_milestones") }}),

    as_of as (select * from {{ ref("int_as_of_day") }}),

    -- An erasure is dated by the clock of who asked for it, which may be ahead of
    -- what was
    -- read.
    lives as (
        select
            milestones.*,
            case
                when milestones.erased_date > as_of.as_of_date
                then as_of.as_of_date
                else milestones.erased_date
            end as gone_date,
            as_of.as_of_date
        from milestones
        cross join as_of
    ),

    spells as (
        select
            *,
            coalesce(suppressed_date, cast('9999-12-31' as date)) as suppressed_from,
            least(
                coalesce(opted_out_date, cast('9999-12-31' as date)),
                coalesce(unsubscribed_date, cast('9999-12-31' as date)),
                coalesce(gone_date, cast('9999-12-31' as date))
            ) as lost_date
        from lives
    ),

    -- Reachable until lost or suppressed, and once more after the suppression.
    reachable as (
        select
            as_of_date,
            created_date as from_date,
            least(lost_date, suppressed_from) as to_date
        from spells
        where has_address and created_date is not null
        union all
        select
            as_of_date,
            greatest(created_date, suppressed_until_date) as from_date,
            lost_date
        from spells
        where
            has_address
            and created_date is not null
            and suppressed_until_date is not null
    ),

    changes as (
        select as_of_date, created_date as change_date, 'created' as what, 1 as number
        from lives
        union all
        select as_of_date, unsubscribed_date, 'unsubscribed', 1
        from lives
        union all
        select as_of_date, suppressed_date, 'suppressed', 1
        from lives
        union all
        select as_of_date, gone_date, 'erased', 1
        from lives
        union all
        select as_of_date, from_date, 'reachable', 1
        from reachable
        where from_date < to_date
        union all
        select as_of_date, to_date, 'reachable', -1
        from reachable
        where from_date < to_date
    ),

    -- A sender's clock may be ahead: what it tells counts once its day has come.
    happened as (
        select
            greatest(
                change_date,
                cast({{ dbt.dateadd("day", 1 - 10**digits, "as_of_date") }} as date)
            ) as change_date,
            as_of_date,
            what,
            number
        from changes
        where change_date <= as_of_date
    ),

    span as (
        select min(change_date) as first_date, max(as_of_date) as last_date
        from happened
    ),

    numbers as ({{ whole_numbers(digits) }}),

    days as (
        select
            cast(
                {{ dbt.dateadd("day", "numbers.number", "span.first_date") }} as date
            ) as growth_date
        from span
        inner join
            numbers
            on numbers.number
            <= {{ dbt.datediff("span.first_date", "span.last_date", "day") }}
    ),

    totals as (
        select
            change_date,
            sum(case when what = 'created' then number else 0 end) as created,
            sum(case when what = 'unsubscribed' then number else 0 end) as unsubscribed,
            sum(case when what = 'suppressed' then number else 0 end) as suppressed,
            sum(case when what = 'erased' then number else 0 end) as erased,
            sum(case when what = 'reachable' then number else 0 end) as reachable
        from happened
        group by change_date
    )

select
    days.growth_date,
    cast(coalesce(totals.created, 0) as {{ sql_type("bigint") }}) as contacts_created,
    cast(
        coalesce(totals.unsubscribed, 0) as {{ sql_type("bigint") }}
    ) as contacts_unsubscribed,
    cast(
        coalesce(totals.suppressed, 0) as {{ sql_type("bigint") }}
    ) as contacts_suppressed,
    cast(coalesce(totals.erased, 0) as {{ sql_type("bigint") }}) as contacts_erased,
    cast(
        sum(coalesce(totals.reachable, 0)) over (
            order by days.growth_date rows between unbounded preceding and current row
        ) as {{ sql_type("bigint") }}
    ) as contacts_reachable
from days
left join totals on days.growth_date = totals.change_date
