{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key="mention_key",
    )
}}

{#- Entities that an interaction can name, and the column that names them. A tile is named within its
    journey. -#}
{%- set entities = {
    "email": "email_id",
    "journey": "journey_id",
    "contact": "given_contact_id",
} -%}

-- depends_on: {{ ref("int_interactions_touched") }}
with
    interactions as (
        select *
        from {{ ref("int_interactions") }}
        {% if is_incremental() -%}
            where
                interaction_id
                in (select interaction_id from {{ ref("int_interactions_touched") }})
        {%- endif %}
    ),

    mentions as (
        {%- for entity, column in entities.items() %}
            select
                '{{ entity }}' as entity_type,
                {{ column }} as entity_id,
                cast(null as {{ sql_type("string") }}) as parent_id
            from interactions
            where {{ column }} is not null
            group by {{ column }}
            union all
        {%- endfor %}
        select
            'journey_tile' as entity_type,
            tile_id as entity_id,
            coalesce(journey_id, 'unknown') as parent_id
        from interactions
        where tile_id is not null
        group by tile_id, coalesce(journey_id, 'unknown')
    )

select
    {{ content_key(["entity_type", "entity_id", "parent_id"]) }} as mention_key,
    entity_type,
    entity_id,
    parent_id
from mentions
