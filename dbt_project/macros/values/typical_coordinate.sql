{#- One coordinate for a place that feeds report with several: their mean, rounded to what a map needs. -#}
{%- macro typical_coordinate(column) -%} round(avg({{ column }}), 4) {%- endmacro -%}
