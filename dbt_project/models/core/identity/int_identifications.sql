{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(
            ["interaction_id"],
            {"int_interactions": none, "int_interaction_details": none},
        ),
    )
}}

with
    details as (
        select interaction_id, visitor_id
        from {{ ref("int_interaction_details") }} as details
        where visitor_id is not null and {{ is_touched("details") }}
    ),

    interactions as (select * from {{ ref("int_interactions") }})

select
    details.interaction_id,
    details.visitor_id,
    interactions.contact_id,
    interactions.occurred_at as identified_at
from details
inner join interactions on details.interaction_id = interactions.interaction_id
where interactions.contact_id is not null
