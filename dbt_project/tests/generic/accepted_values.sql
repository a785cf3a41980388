{#- Tests that a column holds only some values, as dbt's test of this name does. In a build that adds
    to the table, it looks at the rows that changed. -#}
{%- test accepted_values(model, column_name, values, quote=True) -%}
    {{
        default__test_accepted_values(
            log_of_this_build(model) or model, column_name, values, quote
        )
    }}
{%- endtest -%}
