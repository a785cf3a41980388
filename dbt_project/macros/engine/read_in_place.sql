{#- For `name as {{ read_in_place() }} (select … from a_large_table)`: lets a query that reads a table several times
    read only what each place needs of it. DuckDB would otherwise copy the whole table into memory first, however
    little is new. Engines that always do so need no word for it. -#}
{%- macro read_in_place() -%}
    {{- return(adapter.dispatch("read_in_place", "touchpoint")()) -}}
{%- endmacro -%}

{%- macro default__read_in_place() -%} {%- endmacro -%}

{%- macro duckdb__read_in_place() -%} not materialized {%- endmacro -%}
