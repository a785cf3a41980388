{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key="interaction_id",
        meta={
            "touched_by": "int_interactions_touched",
            "touched_columns": ["interaction_id"],
        },
    )
}}

-- Whom a visitor was known as before must be noted first.
-- depends_on: {{ ref("int_visitors_touched") }}
-- depends_on: {{ ref("int_interactions_touched") }}
with
    details as (
        select interaction_id, visitor_id
        from {{ ref("int_interaction_details") }}
        where
            visitor_id is not null
            {%- if is_incremental() %}
                and interaction_id
                in (select interaction_id from {{ ref("int_interactions_touched") }})
            {%- endif %}
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
