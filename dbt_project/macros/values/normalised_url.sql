{#- SQL for a URL in the form in which pages are compared: without scheme, query, fragment and
    trailing slash, and with the host in lower case. -#}
{%- macro normalised_url(column) -%}
    {%- set bare -%}
        regexp_replace(regexp_replace({{ column }}, '^[A-Za-z][A-Za-z0-9+.-]*://', ''), {{ regex("[?#].*$") }}, '')
    {%- endset -%}
    regexp_replace(
        {{ lower_text(dbt.split_part(bare, "'/'", 1)) }}
        || {{
            dbt.right(
                bare,
                dbt.length(bare) ~ " - " ~ dbt.length(dbt.split_part(bare, "'/'", 1)),
            )
        }},
        {{ regex("/+$") }},
        ''
    )
{%- endmacro -%}
