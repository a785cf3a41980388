{{ config(materialized="incremental", unique_key=["entity_type", "entity_id"]) }}

{#- References from one CRM entity to another: the entity referred to, the referring model and its
    column. -#}
{%- set references = [
    ("contact", "int_leads", "contact_id"),
    ("contact", "int_merged_contacts", "survivor_contact_id"),
    ("email", "int_leads", "source_email_id"),
    ("journey", "int_leads", "source_journey_id"),
    ("page", "int_leads", "source_page_id"),
    ("form", "int_leads", "source_form_id"),
    ("journey", "int_journey_tiles", "journey_id"),
    ("email", "int_journey_tiles", "email_id"),
    ("form", "int_pages", "form_id"),
    ("segment", "int_segment_member_counts", "segment_id"),
] -%}

with
    {%- for model in references | map(attribute=1) | unique %}
        {{ model | replace("int_", "") }} as (select * from {{ ref(model) }}),
    {%- endfor %}

    mentions as (
        {%- for entity, model, column in references %}
            select '{{ entity }}' as entity_type, {{ column }} as entity_id
            from {{ model | replace("int_", "") }}
            where {{ column }} is not null
            {%- if not loop.last %}
                union
            {%- endif %}
        {%- endfor %}
    )

select entity_type, entity_id
from mentions
