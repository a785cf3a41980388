{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["entity_type", "entity_id", "parent_id"],
    )
}}

-- Which names are new must be noted before they stand here.
-- depends_on: {{ ref("int_entity_names_touched") }}
with computed as (select * from {{ ref("int_entity_names_computed") }})

select entity_type, entity_id, parent_id, entity_name
from computed
