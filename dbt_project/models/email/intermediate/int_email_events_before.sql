{%- set before = previous("fct_email_events") -%}
{%- set kept = [
    "interaction_id",
    "message_key",
    "email_id",
    "journey_id",
    "contact_id",
    "interaction_type",
    "interaction_date",
    "interaction_hour",
] -%}

with
    touched as (select message_key from {{ ref("int_messages_touched") }}),

    events as (
        {%- if before %}
            select
                interaction_id,
                message_key,
                email_id,
                journey_id,
                contact_id,
                interaction_type,
                {{ reporting_date("occurred_at") }} as interaction_date,
                {{ utc_hour("occurred_at") }} as interaction_hour
            from {{ before }}
            where message_key in (select message_key from touched)
        {%- else %}
            select
                cast(null as {{ sql_type("string") }}) as interaction_id,
                message_key,
                cast(null as {{ sql_type("string") }}) as email_id,
                cast(null as {{ sql_type("string") }}) as journey_id,
                cast(null as {{ sql_type("string") }}) as contact_id,
                cast(null as {{ sql_type("string") }}) as interaction_type,
                cast(null as {{ sql_type("date") }}) as interaction_date,
                cast(null as {{ sql_type("instant") }}) as interaction_hour
            from touched
            where 1 = 0
            {%- endif %} {{- noted_before_interruption(kept) }}
    )

select {{ kept | join(", ") }}
from events
group by {{ kept | join(", ") }}
