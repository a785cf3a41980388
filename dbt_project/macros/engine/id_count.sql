{#- SQL for how many of these columns have a value. -#}
{%- macro id_count(columns) -%}
    (
        {%- for column in columns -%}
            case when {{ column }} is null then 0 else 1 end
            {%- if not loop.last %} + {% endif -%}
        {%- endfor -%}
    )
{%- endmacro -%}
