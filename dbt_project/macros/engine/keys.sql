{#- SQL for a key minted from columns. Every part begins with a marker, so that a null differs from
    an empty text, and an id that contains the separator cannot be confused with two ids. -#}
{%- macro content_key(columns) -%}
    md5(
        {%- for column in columns %}
            coalesce('=' || cast({{ column }} as {{ sql_type("string") }}), '-') || '|'
            {%- if not loop.last %} || {% endif -%}
        {%- endfor %}
    )
{%- endmacro -%}

{#- SQL for an instant as microseconds since 1970, independent of the session's time zone. -#}
{%- macro epoch_microseconds(column) -%}
    {{- return(adapter.dispatch("epoch_microseconds", "touchpoint")(column)) -}}
{%- endmacro -%}

{%- macro default__epoch_microseconds(column) -%}
    epoch_us({{ column }})
{%- endmacro -%}

{%- macro spark__epoch_microseconds(column) -%}
    unix_micros({{ column }})
{%- endmacro -%}
