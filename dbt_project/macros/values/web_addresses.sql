{#- The host of a URL that went through `normalised_url`, without user and port. -#}
{%- macro url_host(bare_url) -%}
    regexp_replace(
        regexp_replace({{ dbt.split_part(bare_url, "'/'", 1) }}, '^.*@', ''),
        ':[0-9]*$',
        ''
    )
{%- endmacro -%}

{#- The path of a URL as redirects are compared: without query and fragment, with a leading slash. -#}
{%- macro url_path(column) -%}
    regexp_replace(
        regexp_replace(
            regexp_replace({{ column }}, '^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*', ''),
            '[?#].*$',
            ''
        ),
        '^/?',
        '/'
    )
{%- endmacro -%}

{#- A URL as pages of a website are listed: like `normalised_url`, but with its scheme. -#}
{%- macro page_address(column) -%}
    lower(regexp_extract({{ column }}, '^[A-Za-z][A-Za-z0-9+.-]*://', 0))
    || {{ normalised_url(column) }}
{%- endmacro -%}

{#- Splits a text into one row per part. -#}
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

{#- The parameters by which links of a campaign say where a visitor comes from. -#}
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

{#- A parameter of a URL's query, decoded, addresses masked; null where it is not there or empty. Its name is compared
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
    nullif(trim({{ without_addresses("(" ~ decoded_parameter(written) ~ ")") }}), '')
{%- endmacro -%}

{#- Text with the percent signs of a URL decoded; as it is where they make no text. -#}
{%- macro decoded_parameter(text) -%}
    {{- return(adapter.dispatch("decoded_parameter", "touchpoint")(text)) -}}
{%- endmacro -%}

{%- macro default__decoded_parameter(text) -%}
    coalesce(try(url_decode({{ text }})), {{ text }})
{%- endmacro -%}

{%- macro spark__decoded_parameter(text) -%}
    coalesce(try_url_decode({{ text }}), {{ text }})
{%- endmacro -%}
