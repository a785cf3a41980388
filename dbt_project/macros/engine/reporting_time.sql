{#- SQL for the date of an instant in the reporting time zone. -#}
{%- macro reporting_date(column) -%}
    {{- return(adapter.dispatch("reporting_date", "touchpoint")(column)) -}}
{%- endmacro -%}

{%- macro default__reporting_date(column) -%}
    {%- if var("reporting_time_zone") == "UTC" -%} {{ utc_date(column) }}
    {%- else -%}
        cast(timezone('{{ var("reporting_time_zone") }}', {{ column }}) as date)
    {%- endif -%}
{%- endmacro -%}

{%- macro spark__reporting_date(column) -%}
    to_date(from_utc_timestamp({{ column }}, '{{ var("reporting_time_zone") }}'))
{%- endmacro -%}

{#- The hour of the day, 0 to 23, that a clock in the reporting time zone shows. -#}
{%- macro reporting_hour(column) -%}
    {{- return(adapter.dispatch("reporting_hour", "touchpoint")(column)) -}}
{%- endmacro -%}

{%- macro default__reporting_hour(column) -%}
    cast(
        extract(
            hour from timezone('{{ var("reporting_time_zone") }}', {{ column }})
        ) as integer
    )
{%- endmacro -%}

{%- macro spark__reporting_hour(column) -%}
    hour(from_utc_timestamp({{ column }}, '{{ var("reporting_time_zone") }}'))
{%- endmacro -%}

{#- SQL for the hour of an instant, as the UTC instant at which that hour begins. It uses
    arithmetic, because time zone functions are slow on many rows. -#}
{%- macro utc_hour(column) -%}
    {{- return(adapter.dispatch("utc_hour", "touchpoint")(column)) -}}
{%- endmacro -%}

{%- macro default__utc_hour(column) -%}
    make_timestamptz(epoch_us({{ column }}) - epoch_us({{ column }}) % 3600000000)
{%- endmacro -%}

{%- macro spark__utc_hour(column) -%} date_trunc('HOUR', {{ column }}) {%- endmacro -%}

{#- SQL for the UTC date of an instant. -#}
{%- macro utc_date(column) -%}
    {{- return(adapter.dispatch("utc_date", "touchpoint")(column)) -}}
{%- endmacro -%}

{%- macro default__utc_date(column) -%}
    cast(make_timestamp(epoch_us({{ column }})) as date)
{%- endmacro -%}

{%- macro spark__utc_date(column) -%} to_date({{ column }}) {%- endmacro -%}

{#- SQL for the last microsecond of a UTC date, the instant that a snapshot of that day describes.
    -#}
{%- macro end_of_utc_date(column) -%}
    {{- return(adapter.dispatch("end_of_utc_date", "touchpoint")(column)) -}}
{%- endmacro -%}

{%- macro default__end_of_utc_date(column) -%}
    make_timestamptz(epoch_us(cast({{ column }} as timestamp)) + 86399999999)
{%- endmacro -%}

{%- macro spark__end_of_utc_date(column) -%}
    timestamp_micros(unix_date({{ column }}) * 86400000000 + 86399999999)
{%- endmacro -%}
