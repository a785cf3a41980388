{#- Entities that a timeline names: the model and column that have the CRM's name of each. -#}
{%- set entities = {
    "email": ("int_emails", "email_id", "name"),
    "journey": ("int_journeys", "journey_id", "name"),
    "page": ("int_pages", "page_id", "name"),
    "form": ("int_forms", "form_id", "name"),
    "website": ("int_websites", "website_id", "name"),
    "redirect_url": ("int_redirect_urls", "redirect_url_id", "name"),
    "event": ("int_events", "event_id", "name"),
    "survey": ("int_surveys", "survey_id", "name"),
    "segment": ("int_segments", "segment_id", "name"),
    "lead": ("int_newest_leads", "lead_id", "topic"),
} -%}

{%- set changes = {
    "int_journey_tiles": {
        "columns": {
            "entity_type": "'journey_tile'",
            "entity_id": "tile_id",
            "parent_id": "journey_id",
        }
    }
} -%}
{%- for entity, (model, key, name) in entities.items() -%}
    {%- set columns = {
        "entity_type": "'" ~ entity ~ "'",
        "entity_id": key,
        "parent_id": "''",
    } -%}
    {%- do changes.update({model: {"columns": columns}}) -%}
{%- endfor -%}

{{
    config(
        materialized="incremental",
        unique_key=["entity_type", "entity_id", "parent_id"],
        meta=follows(["entity_type", "entity_id", "parent_id"], changes),
    )
}}

with
    {%- for entity, (model, key, name) in entities.items() %}
        {{ entity }}_entities as (select * from {{ ref(model) }}),
    {%- endfor %}

    journey_tiles as (select * from {{ ref("int_journey_tiles") }}),

    names as (
        {%- for entity, (model, key, name) in entities.items() %}
            select
                '{{ entity }}' as entity_type,
                {{ key }} as entity_id,
                '' as parent_id,
                {{ name }} as entity_name
            from {{ entity }}_entities
            union all
        {%- endfor %}
        select
            'journey_tile' as entity_type,
            tile_id as entity_id,
            journey_id as parent_id,
            name as entity_name
        from journey_tiles
    )

select entity_type, entity_id, parent_id, entity_name
from names
where entity_name is not null and {{ is_touched("names") }}
