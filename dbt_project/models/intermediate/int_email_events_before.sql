{%- set before = previous("fct_email_events") -%}
{%- set kept = [
    "interaction_id",
    "message_key",
    "contact_id",
    "interaction_type",
    "interaction_date",
] -%}

with
    touched as (select message_key from {{ ref("int_messages_touched") }}),

    events as (
        {%- if before %}
            select
                interaction_id,
                message_key,
                contact_id,
                interaction_type,
                {{ reporting_date("occurred_at") }} as interaction_date
            from {{ before }}
            where message_key in (select message_key from touched)
        {%- else %}
            select
                cast(null as {{ sql_type("string") }}) as interaction_id,
                message_key,
                cast(null as {{ sql_type("string") }}) as contact_id,
                cast(null as {{ sql_type("string") }}) as interaction_type,
                cast(null as {{ sql_type("date") }}) as interaction_date
            from touched
            where 1 = 0
            {%- endif %} {{- noted_before_interruption(kept) }}
    )

select {{ kept | join(", ") }}
from events
group by {{ kept | join(", ") }}
