{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["address", "held_from"],
        meta={
            "touched_by": "int_addresses_touched",
            "touched_columns": ["address"],
        },
    )
}}

with
    computed as (select * from {{ ref("int_contact_addresses_computed") }}),

    touched as (select * from {{ ref("int_addresses_touched") }})

select computed.address, computed.contact_id, computed.held_from, computed.held_until
from computed
{% if is_incremental() %}
    inner join touched on computed.address = touched.address
{% endif %}
