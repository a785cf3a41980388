{{
    config(
        materialized="incremental",
        unique_key=["email_id", "journey_id", "interaction_type", "interaction_hour"],
        meta=follows(
            ["email_id", "journey_id", "interaction_hour"],
            {
                "fct_email_events": {
                    "columns": {"interaction_hour": utc_hour("occurred_at")}
                }
            },
        ),
    )
}}

with
    events as (
        select *, {{ utc_hour("occurred_at") }} as interaction_hour
        from {{ ref("fct_email_events") }}
    ),

    touched as (select events.* from events where {{ is_touched("events") }})

select
    email_id,
    journey_id,
    interaction_type,
    interaction_hour,
    count(*) as interactions,
    count(case when not is_machine then 1 end) as interactions_human
from touched
group by email_id, journey_id, interaction_type, interaction_hour
