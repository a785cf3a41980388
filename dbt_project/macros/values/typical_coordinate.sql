{#- SQL for one coordinate of a place that feeds report with several coordinates: their mean,
    rounded to what a map needs. -#}
{%- macro typical_coordinate(column) -%} round(avg({{ column }}), 4) {%- endmacro -%}
