{%- set before = previous("mart_contact_timeline") -%}

with
    touched as (select * from {{ ref("int_contact_interactions_touched") }}),

    renamed as (select * from {{ ref("int_entity_names_touched") }}),

    activities as (select * from {{ ref("int_activities") }}),

    interactions as (
        select interaction_id
        from touched
        {%- if before %}
            -- A timeline names the entities, so a new name touches it.
            union
            select interaction_id
            from {{ before }}
            where
                (entity_type, entity_id)
                in (select entity_type, entity_id from renamed where parent_id = '')
            union
            select interaction_id
            from activities
            where
                (tile_id, journey_id) in (
                    select entity_id, parent_id
                    from renamed
                    where entity_type = 'journey_tile'
                )
        {%- endif %}
    )

select interaction_id
from interactions
