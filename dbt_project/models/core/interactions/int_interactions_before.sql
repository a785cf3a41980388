{#- What models look at that must know what an interaction was. -#}
{%- set own = (
    [
        "interaction_id",
        "interaction_type",
        "feed",
        "file_id",
        "message_key",
        "recipient",
    ]
    + (mentioned_entities().values() | list)
    + ["tile_id"]
) -%}
{%- set of_details = mentioned_detail_entities().values() | list -%}
{%- set columns = own + ["party"] + of_details -%}
{%- set before = previous("int_interactions") -%}
{%- set details_before = previous("int_interaction_details") -%}

with
    arriving as (select interaction_id from {{ ref("int_interactions_first_copies") }}),

    touched_addresses as (select address from {{ ref("int_addresses_touched") }}),

    {%- if before and details_before %}
        -- Chosen before their details are looked up: few of many.
        chosen as (
            select before.*
            from {{ before }} as before
            where
                before.interaction_id in (select interaction_id from arriving)
                or {{ key_of_party("before") }}
                in (select address from touched_addresses)
        ),

    {%- endif %}

    interactions as (
        {%- if before and details_before %}
            select
                {%- for column in own %} chosen.{{ column }}, {%- endfor %}
                coalesce(chosen.contact_id, chosen.recipient) as party,
                {%- for column in of_details %}
                    details.{{ column }}{% if not loop.last %},{% endif %}
                {%- endfor %}
            from chosen
            left join
                {{ details_before }} as details
                on chosen.interaction_id = details.interaction_id
        {%- else %}
            select
                {%- for column in columns %}
                    cast(
                        null
                        as {{ sql_type("bigint" if column == "file_id" else "string") }}
                    ) as {{ column }}
                    {%- if not loop.last %},{% endif -%}
                {%- endfor %}
            from arriving
            where 1 = 0
            {%- endif %} {{- noted_before_interruption(columns) }}
    )

select {{ columns | join(", ") }}
from interactions
