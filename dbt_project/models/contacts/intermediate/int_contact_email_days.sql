{{
    config(
        materialized="incremental",
        unique_key=["contact_id", "interaction_date"],
        meta=follows(
            ["contact_id", "interaction_date"],
            {
                "fct_email_messages": {"columns": {"interaction_date": "send_date"}},
                "fct_email_events": {
                    "columns": {"interaction_date": reporting_date("occurred_at")},
                    "where": "interaction_type in ('email_opened', 'email_clicked')",
                },
            },
        ),
    )
}}

with
    messages as (
        select contact_id, send_date as interaction_date, was_delivered
        from {{ ref("fct_email_messages") }}
        where was_sent and contact_id <> 'unknown'
    ),

    responses as (
        select
            contact_id,
            {{ reporting_date("occurred_at") }} as interaction_date,
            interaction_type,
            occurred_at
        from {{ ref("fct_email_events") }}
        where
            interaction_type in ('email_opened', 'email_clicked')
            and not is_machine
            and contact_id <> 'unknown'
    ),

    counted as (
        select
            messages.contact_id,
            messages.interaction_date,
            1 as sent,
            case when messages.was_delivered then 1 else 0 end as delivered,
            null as opened_at,
            null as clicked_at
        from messages
        where {{ is_touched("messages") }}
        union all
        select
            responses.contact_id,
            responses.interaction_date,
            0 as sent,
            0 as delivered,
            case
                when responses.interaction_type = 'email_opened'
                then responses.occurred_at
            end as opened_at,
            case
                when responses.interaction_type = 'email_clicked'
                then responses.occurred_at
            end as clicked_at
        from responses
        where {{ is_touched("responses") }}
    )

select
    contact_id,
    interaction_date,
    cast(sum(sent) as {{ sql_type("bigint") }}) as sent,
    cast(sum(delivered) as {{ sql_type("bigint") }}) as delivered,
    count(opened_at) as opens,
    count(clicked_at) as clicks,
    max(opened_at) as last_opened_at,
    max(clicked_at) as last_clicked_at
from counted
group by contact_id, interaction_date
