{%- set before = previous("int_unkeyed_message_keys") -%}
{%- set kept = ["interaction_id", "message_key"] -%}

with
    parties as (select * from {{ ref("int_unkeyed_parties_touched") }}),

    keys as (
        {%- if before %}
            select
                before.interaction_id, coalesce(before.message_key, '') as message_key
            from {{ before }} as before
            inner join
                parties on before.feed = parties.feed and before.party = parties.party
        {%- else %}
            select
                cast(null as {{ sql_type("string") }}) as interaction_id,
                cast(null as {{ sql_type("string") }}) as message_key
            from parties
            where 1 = 0
            {%- endif %} {{- noted_before_interruption(kept) }}
    )

select {{ kept | join(", ") }}
from keys
group by {{ kept | join(", ") }}
