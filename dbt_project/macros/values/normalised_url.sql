{#- A URL as pages are compared: scheme, query, fragment and a trailing slash do not matter, nor does the
    case of the host. -#}
{%- macro normalised_url(column) -%}
    {%- set bare -%}
        regexp_replace(regexp_replace({{ column }}, '^[A-Za-z][A-Za-z0-9+.-]*://', ''), '[?#].*$', '')
    {%- endset -%}
    regexp_replace(
        lower({{ dbt.split_part(bare, "'/'", 1) }})
        || {{
            dbt.right(
                bare,
                dbt.length(bare) ~ " - " ~ dbt.length(dbt.split_part(bare, "'/'", 1)),
            )
        }},
        '/+$',
        ''
    )
{%- endmacro -%}
