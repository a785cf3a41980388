{#- SQL that counts visits and submissions side by side, per key. `of`: the semantic model of the
    visits. -#}
{%- macro visits_and_submissions(keys, visits, submissions, of) -%}
    {%- set keys = keys | join(", ") -%}
    select {{ keys }}, {{ kpi_sums(of) }}, {{ kpi_sums("form_submissions") }}
    from
        (
            select {{ keys }}, {{ kpi_counts(of) }}, {{ kpi_zeros("form_submissions") }}
            from {{ visits }}
            group by {{ keys }}
            union all
            select {{ keys }}, {{ kpi_zeros(of) }}, {{ kpi_counts("form_submissions") }}
            from {{ submissions }}
            group by {{ keys }}
        ) as counted
    group by {{ keys }}
{%- endmacro -%}

{#- SQL for the rows of a fact in touched cells, without rows whose entity is missing. -#}
{%- macro rows_to_count(fact, entity) -%}
    select *
    from {{ ref(fact) }} as counted
    where {{ entity }} <> 'unknown' and {{ is_touched("counted") }}
{%- endmacro -%}
