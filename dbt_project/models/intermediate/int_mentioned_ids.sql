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
{%- set detail_entities = {
    "page": "page_id",
    "form": "form_id",
    "website": "website_id",
    "redirect_url": "redirect_url_id",
    "event": "event_id",
    "survey": "survey_id",
    "segment": "segment_id",
    "lead": "lead_id",
    "lead_scoring_model": "lead_scoring_model_id",
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

    details as (
        select *
        from {{ ref("int_interaction_details") }}
        {% if is_incremental() -%}
            where
                interaction_id
                in (select interaction_id from {{ ref("int_interactions_touched") }})
        {%- endif %}
    ),

    mentions as (
        {%- for entity, column in detail_entities.items() %}
            select
                '{{ entity }}' as entity_type,
                {{ column }} as entity_id,
                cast(null as {{ sql_type("string") }}) as parent_id
            from details
            where {{ column }} is not null
            group by {{ column }}
            union all
        {%- endfor %}
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
    ),

    named as (
        select
            {{ content_key(["entity_type", "entity_id", "parent_id"]) }} as mention_key,
            entity_type,
            entity_id,
            parent_id
        from mentions
    )

select mention_key, entity_type, entity_id, parent_id
from named
{% if is_incremental() -%}
    where mention_key not in (select mention_key from {{ this }})
{%- endif %}
