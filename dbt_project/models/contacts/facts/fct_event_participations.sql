{{
    config(
        materialized="incremental",
        unique_key=["contact_id", "event_id"],
        meta=follows(
            ["contact_id"],
            {
                "int_activities": {
                    "where": "interaction_type like 'event~_%' escape '~'"
                }
            },
        ),
    )
}}

with
    activities as (
        select *
        from {{ ref("int_activities") }} as activities
        where
            interaction_type
            in ('event_registered', 'event_registration_cancelled', 'event_checked_in')
            and contact_id is not null
            and {{ is_touched("activities") }}
    )

select
    contact_id,
    coalesce(event_id, 'unknown') as event_id,
    min(
        case when interaction_type = 'event_registered' then occurred_at end
    ) as registered_at,
    max(
        case when interaction_type = 'event_registration_cancelled' then occurred_at end
    ) as cancelled_at,
    min(
        case when interaction_type = 'event_checked_in' then occurred_at end
    ) as checked_in_at
from activities
group by contact_id, coalesce(event_id, 'unknown')
