{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(
            ["order_key"],
            {
                "int_activities": {
                    "columns": {"order_key": "coalesce(order_id, interaction_id)"},
                    "where": "interaction_type = 'converted'",
                },
            },
        ),
    )
}}

with
    reports as (
        select *, coalesce(order_id, interaction_id) as order_key
        from {{ ref("int_activities") }}
        where interaction_type = 'converted'
    ),

    -- The shop's pages and its server may both report an order, or report it again when
    -- it is paid: the first report counts.
    ranked as (
        select
            *,
            row_number() over (
                partition by order_key order by occurred_at, interaction_id
            ) as report_number
        from reports
        where {{ is_touched("reports") }}
    )

select
    interaction_id,
    order_key,
    order_id,
    feed,
    contact_id,
    visitor_key,
    occurred_at,
    interaction_date as conversion_date,
    amount,
    currency
from ranked
where report_number = 1
