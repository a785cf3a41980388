{#- SQL for the host, without user and port, of a URL that went through `normalised_url`. -#}
{%- macro url_host(bare_url) -%}
    regexp_replace(
        regexp_replace(
            {{ dbt.split_part(bare_url, "'/'", 1) }}, {{ regex("^.*@") }}, ''
        ),
        {{ regex(":[0-9]*$") }},
        ''
    )
{%- endmacro -%}

{#- SQL for the path of a URL in the form in which redirects are compared: without query and
    fragment, with a leading slash. -#}
{%- macro url_path(column) -%}
    regexp_replace(
        regexp_replace(
            regexp_replace({{ column }}, '^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*', ''),
            {{ regex("[?#].*$") }},
            ''
        ),
        '^/?',
        '/'
    )
{%- endmacro -%}

{#- SQL for a URL in the form in which a website's pages are listed: like `normalised_url`, but with
    its scheme. -#}
{%- macro page_address(column) -%}
    lower(regexp_extract({{ column }}, '^[A-Za-z][A-Za-z0-9+.-]*://', 0))
    || {{ normalised_url(column) }}
{%- endmacro -%}

{#- SQL that splits a text into one row per part. -#}
{%- macro each_part(column, separator) -%}
    {{- return(adapter.dispatch("each_part", "touchpoint")(column, separator)) -}}
{%- endmacro -%}

{%- macro default__each_part(column, separator) -%}
    unnest(string_split({{ column }}, '{{ separator }}'))
{%- endmacro -%}

{%- macro spark__each_part(column, separator) -%}
    explode(split({{ column }}, '{{ separator }}'))
{%- endmacro -%}

{#- Statuses that send a visitor on to another address. -#}
{%- macro redirect_statuses() -%}(301, 302, 303, 307, 308) {%- endmacro -%}

{#- The URL parameters (UTM) by which links of a campaign say where a visitor comes from. -#}
{%- macro utm_columns() -%}
    {{-
        return(
            [
                "utm_source",
                "utm_medium",
                "utm_campaign",
                "utm_content",
                "utm_term",
            ]
        )
    -}}
{%- endmacro -%}

{#- SQL for a parameter of a URL's query, decoded, with addresses masked; null if it is missing or
    empty. Its name is compared
    in any case; of several, the first. -#}
{%- macro url_parameter(url, name) -%}
    {%- set written -%}
        replace(
            regexp_extract(
                {{ url }},
                '(?i)^[^?#]*[?](?:[^#]*?[&;])?{{ name }}=([^&;#]*)',
                1
            ),
            '+',
            ' '
        )
    {%- endset -%}
    {{ trimmed(without_addresses("(" ~ decoded_parameter(written) ~ ")")) }}
{%- endmacro -%}

{#- SQL for text with the percent signs of a URL decoded; unchanged if they do not encode text. -#}
{%- macro decoded_parameter(text) -%}
    {{- return(adapter.dispatch("decoded_parameter", "touchpoint")(text)) -}}
{%- endmacro -%}

{%- macro default__decoded_parameter(text) -%}
    coalesce(try(url_decode({{ text }})), {{ text }})
{%- endmacro -%}

{#- Java's decoder raises an error at a percent sign that encodes nothing, reads a plus sign as a blank, and writes
    U+FFFD for bytes that are no text. -#}
{%- macro spark__decoded_parameter(text) -%}
    {%- set decoded -%}
        url_decode(
            replace(regexp_replace({{ text }}, '%(?![0-9A-Fa-f][0-9A-Fa-f])', '%25'), '+', '%2B')
        )
    {%- endset -%}
    case when {{ decoded }} like '%\ufffd%' then {{ text }} else {{ decoded }} end
{%- endmacro -%}
