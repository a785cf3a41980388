{%- set before = previous("int_web_addresses") -%}

with
    computed as (select * from {{ ref("int_web_addresses_computed") }}),

    {%- if before %}
        before as (select * from {{ before }}),

        come as (
            select entity_type, address, entity_id
            from computed
            except
            select entity_type, address, entity_id
            from before
        ),

        gone as (
            select entity_type, address, entity_id
            from before
            except
            select entity_type, address, entity_id
            from computed
        ),

    {%- endif %}
    touched as (
        {%- if before %}
            select entity_type, address
            from come
            union
            select entity_type, address
            from gone
        {%- else %}
            select entity_type, address
            from computed
            {%- endif %} {{- noted_before_interruption(["entity_type", "address"]) }}
    )

select entity_type, address
from touched
