{#- SQL that trims text; a text of blanks only becomes null. -#}
{%- macro trimmed(column) -%} nullif({{ trim_text(column) }}, '') {%- endmacro -%}

{#- SQL that numbers the rows of one key and snapshot day, 1 for the row that counts: the last by
    feed, file and line. It sorts by names, not by when a file was read, so that every order of
    arrival gives the same result. -#}
{%- macro recency_in_snapshot(key) -%}
    row_number() over (
        partition by snapshot_date, {{ key | join(", ") }}
        order by feed desc, file desc, line_number desc
    )
{%- endmacro -%}

{#- Columns of a snapshot row's place, which decide over builds which of two rows counts, in
    staging's order. -#}
{%- macro snapshot_trace() -%}
    {{- return(["snapshot_date", "feed", "file", "line_number"]) -}}
{%- endmacro -%}

{#- SQL for whether the row `known` wins over the row `fresh`: it is later by day, feed, file and
    line. -#}
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
