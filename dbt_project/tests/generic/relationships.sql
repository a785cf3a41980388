{#- Tests that each value of a column stands in a column of another table, as dbt's test of this name
    does. In a build that adds to both tables, it looks at values of rows that changed in either. -#}
{%- test relationships(model, column_name, to, field) -%}
    {%- set children = log_of_this_build(model) -%}
    {%- set parents = log_of_this_build(to) -%}
    {%- if children and parents -%}
        with
            touched as (
                select {{ column_name }} as value
                from {{ children }}
                union
                select {{ field }} as value
                from {{ parents }}
            )

        select touched.value
        from touched
        where
            touched.value in (select {{ column_name }} from {{ model }})
            and not touched.value
            in (select {{ field }} from {{ to }} where {{ field }} is not null)
    {%- else -%} {{ default__test_relationships(model, column_name, to, field) }}
    {%- endif -%}
{%- endtest -%}
