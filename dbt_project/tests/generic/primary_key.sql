{#- Tests that the columns together are a key: none of them is null, and no two rows have the same
    values. One test and one
    pass over the table, however many columns. -#}
{%- test primary_key(model, columns) -%}
    select {{ columns | join(", ") }}, count(*) as occurrences
    from {{ model }}
    group by {{ columns | join(", ") }}
    having
        count(*) > 1 {%- for column in columns %} or {{ column }} is null {%- endfor %}
{%- endtest -%}
