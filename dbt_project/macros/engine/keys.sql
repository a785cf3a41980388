{#- Keys minted from columns. A null and an empty text are different; the separator cannot occur in ids
    that feeds send without being told apart, because every part carries its own marker. -#}
{%- macro content_key(columns) -%}
    md5(
        {%- for column in columns %}
            coalesce('=' || cast({{ column }} as {{ sql_type("string") }}), '-') || '|'
            {%- if not loop.last %} || {% endif -%}
        {%- endfor %}
    )
{%- endmacro -%}

{#- Microseconds since 1970: an instant as a number, whatever the session's time zone. -#}
{%- macro epoch_microseconds(column) -%}
    {{- return(adapter.dispatch("epoch_microseconds", "touchpoint")(column)) -}}
{%- endmacro -%}

{%- macro default__epoch_microseconds(column) -%}
    epoch_us({{ column }})
{%- endmacro -%}

{%- macro spark__epoch_microseconds(column) -%}
    unix_micros({{ column }})
{%- endmacro -%}
