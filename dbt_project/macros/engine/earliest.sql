{#- SQL for the value of the earliest row that has one; of several at one instant the smallest, so
    that the order of rows does not matter. -#}
{%- macro earliest(column, instant) -%}
    {{- return(adapter.dispatch("earliest", "touchpoint")(column, instant)) -}}
{%- endmacro -%}

{%- macro default__earliest(column, instant) -%}
    arg_min(
        {{ column }},
        case when {{ column }} is not null then ({{ instant }}, {{ column }}) end
    )
{%- endmacro -%}

{%- macro spark__earliest(column, instant) -%}
    min_by(
        {{ column }},
        case when {{ column }} is not null then struct({{ instant }}, {{ column }}) end
    )
{%- endmacro -%}
