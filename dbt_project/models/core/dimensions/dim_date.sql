{{
    config(
        materialized="incremental",
        unique_key="date_day",
    )
}}

with
    messages as (select * from {{ ref("fct_email_messages") }}),

    activities as (select * from {{ ref("int_activities") }}),

    files as (select * from {{ source("raw", "files") }}),

    observed as (
        select send_date as seen_date
        from messages
        union all
        select interaction_date as seen_date
        from activities
        union all
        select arrival_date as seen_date
        from files
    ),

    -- Generate a hundred thousand days from the first one seen, which may be of 1990;
    -- keep only those up to the last one seen.
    numbers as ({{ whole_numbers(5) }}),

    bounds as (
        select min(seen_date) as first_date, max(seen_date) as last_date from observed
    ),

    days as (
        select
            cast(
                {{ dbt.dateadd("day", "numbers.number", "bounds.first_date") }} as date
            ) as date_day,
            bounds.last_date
        from numbers
        cross join bounds
        where bounds.first_date is not null
    )

select
    date_day,
    cast(extract(year from date_day) as {{ sql_type("integer") }}) as year_number,
    cast(extract(quarter from date_day) as {{ sql_type("integer") }}) as quarter_number,
    cast(extract(month from date_day) as {{ sql_type("integer") }}) as month_number,
    cast(extract(day from date_day) as {{ sql_type("integer") }}) as day_of_month,
    cast(extract(week from date_day) as {{ sql_type("integer") }}) as iso_week_number,
    cast({{ dbt.date_trunc("week", "date_day") }} as date) as week_start_date,
    cast({{ dbt.date_trunc("month", "date_day") }} as date) as month_start_date
from days
where date_day <= last_date
