{%- set before = previous("int_activities") -%}
{%- set columns = activity_change_columns() -%}

with
    touched as (select observation_id from {{ ref("int_activities_touched") }}),

    changes as (
        {%- if before %}
            select {{ activity_keys() }}
            from {{ before }}
            where observation_id in (select observation_id from touched)
        {%- else %}
            select
                {%- for name, (type, expression) in columns.items() %}
                    cast(null as {{ sql_type(type) }}) as {{ name }}
                    {%- if not loop.last %},{% endif -%}
                {%- endfor %}
            from touched
            where 1 = 0
            {%- endif %} {{- noted_before_interruption(columns) }}
    )

select {{ columns | join(", ") }}
from changes
