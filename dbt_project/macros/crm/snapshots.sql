{#- Trims text; text of blanks only becomes null. -#}
{%- macro trimmed(column) -%} nullif(trim({{ column }}), '') {%- endmacro -%}

{#- 1 for the row that stands where a CRM snapshot day gives one key several times: the last by feed,
    file and line. By name, not by when it was read, so that any order of arrival says the same. -#}
{%- macro recency_in_snapshot(key) -%}
    row_number() over (
        partition by snapshot_date, {{ key | join(", ") }}
        order by feed desc, file desc, line_number desc
    )
{%- endmacro -%}

{#- Where a row of a snapshot was read, to tell which of two stands: staging's order, over builds. -#}
{%- macro snapshot_trace() -%}
    {{- return(["snapshot_date", "feed", "file", "line_number"]) -}}
{%- endmacro -%}

{#- Whether the row `known` wins over the row `fresh`: it is later by day, feed, file and line. -#}
{%- macro stands_against(known, fresh) -%}
    (
        {%- for column in snapshot_trace() %}
            (
                {%- for earlier in snapshot_trace()[: loop.index0] %}
                    {{ known }}.{{ earlier }} = {{ fresh }}.{{ earlier }} and
                {%- endfor %}
                {{ known }}.{{ column }} > {{ fresh }}.{{ column }}
            )
            {%- if not loop.last %} or {%- endif %}
        {%- endfor %}
    )
{%- endmacro -%}
