{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["entity_type", "entity_id", "parent_id"],
        meta={
            "touched_by": "int_entity_names_touched",
            "touched_columns": ["entity_type", "entity_id", "parent_id"],
        },
    )
}}

-- Which names are new must be noted before they stand here.
-- depends_on: {{ ref("int_entity_names_touched") }}
with computed as (select * from {{ ref("int_entity_names_computed") }})

select
    computed.entity_type, computed.entity_id, computed.parent_id, computed.entity_name
from computed
{% if is_incremental() -%}
    where
        {{
            in_relation(
                "computed",
                ["entity_type", "entity_id", "parent_id"],
                ref("int_entity_names_touched"),
            )
        }}
{%- endif %}
