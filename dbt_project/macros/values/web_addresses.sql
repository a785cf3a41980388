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
