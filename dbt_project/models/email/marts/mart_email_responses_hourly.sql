{{
    config(
        materialized="incremental",
        unique_key=["email_id", "journey_id", "interaction_type", "interaction_hour"],
        meta=follows(
            ["email_id", "journey_id", "interaction_hour"],
            {
                "fct_email_events": {
                    "columns": {"interaction_hour": utc_hour("occurred_at")}
                },
                "dim_email": renamed("email_id"),
                "dim_journey": renamed("journey_id"),
            },
        ),
    )
}}

with
    emails as (select * from {{ ref("dim_email") }}),

    journeys as (select * from {{ ref("dim_journey") }}),

    events as (
        select *, {{ utc_hour("occurred_at") }} as interaction_hour
        from {{ ref("fct_email_events") }}
    ),

    touched as (select events.* from events where {{ is_touched("events") }}),

    counted as (
        select
            email_id,
            journey_id,
            interaction_type,
            interaction_hour,
            count(*) as interactions,
            count(case when not is_machine then 1 end) as interactions_human
        from touched
        group by email_id, journey_id, interaction_type, interaction_hour
    )

select
    counted.*,
    {{ reporting_hour("counted.interaction_hour") }} as local_hour,
    emails.name as email_name,
    journeys.name as journey_name
from counted
left join emails on counted.email_id = emails.email_id
left join journeys on counted.journey_id = journeys.journey_id
