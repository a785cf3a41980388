{%- set before = previous("int_contact_addresses") -%}

with
    computed as (select * from {{ ref("int_contact_addresses_computed") }}),

    {%- if before %}
        before as (select * from {{ before }}),

        come as (
            select address, contact_id, held_from, held_until
            from computed
            except
            select address, contact_id, held_from, held_until
            from before
        ),

        gone as (
            select address, contact_id, held_from, held_until
            from before
            except
            select address, contact_id, held_from, held_until
            from computed
        ),

    {%- endif %}
    touched as (
        {%- if before %}
            select address
            from come
            union
            select address
            from gone
        {%- else %}
            select distinct address
            from computed
            {%- endif %} {{- noted_before_interruption(["address"]) }}
    )

select address
from touched
