{#- SQL for a ratio of two summed counts; null if the denominator is 0. -#}
{%- macro rate(numerator, denominator) -%}
    cast({{ numerator }} as {{ sql_type("double") }}) / nullif({{ denominator }}, 0)
{%- endmacro -%}
