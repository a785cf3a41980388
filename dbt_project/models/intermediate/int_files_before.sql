{%- set before = previous("int_interactions") -%}

with
    arriving as (select interaction_id from {{ ref("int_interactions_first_copies") }}),

    files as (
        {%- if before %}
            select file_id
            from {{ before }}
            where interaction_id in (select interaction_id from arriving)
        {%- else %}
            select cast(null as {{ sql_type("bigint") }}) as file_id
            from arriving
            where 1 = 0
            {%- endif %} {{- noted_before_interruption(["file_id"]) }}
    )

select file_id
from files
group by file_id
