{#- A ratio of two summed counts: null where nothing was counted below the line. -#}
{%- macro rate(numerator, denominator) -%}
    cast({{ numerator }} as {{ sql_type("double") }}) / nullif({{ denominator }}, 0)
{%- endmacro -%}
