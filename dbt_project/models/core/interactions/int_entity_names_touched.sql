{%- set before = previous("int_entity_names") -%}
{%- set row = ["entity_type", "entity_id", "parent_id", "entity_name"] -%}
{%- set key = ["entity_type", "entity_id", "parent_id"] -%}

with
    computed as (select * from {{ ref("int_entity_names_computed") }}),

    {%- if before %}
        before as (select * from {{ before }}),

        come as (
            select {{ row | join(", ") }}
            from computed
            except
            select {{ row | join(", ") }}
            from before
        ),

        gone as (
            select {{ row | join(", ") }}
            from before
            except
            select {{ row | join(", ") }}
            from computed
        ),

    {%- endif %}
    touched as (
        {%- if before %}
            select {{ key | join(", ") }}
            from come
            union
            select {{ key | join(", ") }}
            from gone
        {%- else %}
            select {{ key | join(", ") }}
            from computed
            {%- endif %} {{- noted_before_interruption(key) }}
    )

select {{ key | join(", ") }}
from touched
