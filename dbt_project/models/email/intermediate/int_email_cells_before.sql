{%- set before = previous("fct_email_messages") -%}
{%- set cell = [
    "email_id",
    "journey_id",
    "tile_id",
    "send_date",
    "recipient_domain",
    "contact_id",
] -%}

with
    refreshed as (select message_key from {{ ref("int_messages_refreshed") }}),

    cells as (
        {%- if before %}
            select {{ cell | join(", ") }}
            from {{ before }}
            where message_key in (select message_key from refreshed)
        {%- else %}
            select
                cast(null as {{ sql_type("string") }}) as email_id,
                cast(null as {{ sql_type("string") }}) as journey_id,
                cast(null as {{ sql_type("string") }}) as tile_id,
                cast(null as {{ sql_type("date") }}) as send_date,
                cast(null as {{ sql_type("string") }}) as recipient_domain,
                cast(null as {{ sql_type("string") }}) as contact_id
            from refreshed
            where 1 = 0
            {%- endif %} {{- noted_before_interruption(cell) }}
    )

select {{ cell | join(", ") }}
from cells
group by {{ cell | join(", ") }}
