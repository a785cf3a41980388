{#- SQL for a sum of money, exact to four decimals. It adds decimals, because a sum of doubles
    depends on the order in which they are read. Amounts are below 10^15 (see `amount` in
    ingestion/values/kinds.py). -#}
{%- macro sum_of_amounts(column) -%}
    cast(sum(cast({{ column }} as decimal(38, 4))) as {{ sql_type("double") }})
{%- endmacro -%}
