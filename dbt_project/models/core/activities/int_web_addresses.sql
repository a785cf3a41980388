{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["entity_type", "address"],
        meta={
            "touched_by": "int_web_addresses_touched",
            "touched_columns": ["entity_type", "address"],
        },
    )
}}

-- What it was before must be compared first.
-- depends_on: {{ ref("int_web_addresses_touched") }}
with computed as (select * from {{ ref("int_web_addresses_computed") }})

select computed.entity_type, computed.address, computed.entity_id
from computed
{% if is_incremental() -%}
    where
        {{
            in_relation(
                "computed",
                ["entity_type", "address"],
                ref("int_web_addresses_touched"),
            )
        }}
{%- endif %}
