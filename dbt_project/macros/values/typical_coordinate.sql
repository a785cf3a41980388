{#- SQL for one coordinate of a place that feeds report with several coordinates: their mean,
    rounded to what a map needs. Millionths of a degree are added, which are whole numbers: a sum
    of fractions depends on the order of rows, and so does to which side half a digit is rounded. -#}
{%- macro typical_coordinate(column) -%}
    round(
        avg(cast(round({{ column }} * 1000000) as {{ sql_type("bigint") }})) / 1000000,
        4
    )
{%- endmacro -%}
