{#- Tests that the columns together are a key: none of them is null, and no two rows have the same
    values. One test and one pass over the table, however many columns. In a build that adds to the
    table, it looks at the keys of rows that changed. -#}
{%- test primary_key(model, columns) -%}
    {%- set log = log_of_this_build(model) -%}
    {%- set key = columns | join(", ") -%}
    select {{ key }}, count(*) as occurrences
    from {{ model }}
    {%- if log %} where {{ in_relation(model.identifier, columns, log) }} {%- endif %}
    group by {{ key }}
    having
        count(*) > 1 {%- for column in columns %} or {{ column }} is null {%- endfor %}
    {%- if log %}
        union all
        select {{ key }}, 1 as occurrences
        from {{ log }}
        where
            {% for column in columns -%}
                {{ column }} is null {%- if not loop.last %} or {% endif -%}
            {%- endfor %}
    {%- endif %}
{%- endtest -%}
