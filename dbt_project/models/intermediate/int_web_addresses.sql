{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["entity_type", "address"],
    )
}}

-- What it was before must be compared first.
-- depends_on: {{ ref("int_web_addresses_touched") }}
with computed as (select * from {{ ref("int_web_addresses_computed") }})

select entity_type, address, entity_id
from computed
