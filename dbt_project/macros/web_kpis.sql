{#- Every KPI of pages and forms, once: its name and the column of the facts that counts it. Visitors are
    the people of the visits, so only visits give them. -#}
{%- macro submission_counts() -%}
    {{-
        return(
            {
                "contacts_created": "was_contact_created",
                "contacts_updated": "was_contact_updated",
                "leads_created": "was_lead_created",
                "leads_updated": "was_lead_updated",
            }
        )
    -}}
{%- endmacro -%}

{%- macro page_count_names() -%}
    {{-
        return(
            ["visits", "visits_human", "visitors", "visitors_human", "submissions"]
            + submission_counts()
            | list
        )
    -}}
{%- endmacro -%}

{#- Events and the people behind them, with machines and without: nobody known is nobody counted. -#}
{%- macro event_counts(events, people) -%}
    count(*) as {{ events }},
    count(case when not is_machine then 1 end) as {{ events }}_human,
    count(distinct visitor_key) as {{ people }},
    count(distinct case when not is_machine then visitor_key end) as {{ people }}_human
{%- endmacro -%}

{#- Visits and submissions counted side by side, per key. -#}
{%- macro visits_and_submissions(keys, visits, submissions) -%}
    {%- set keys = keys | join(", ") -%}
    select
        {{ keys }},
        {%- for kpi in page_count_names() %}
            cast(sum({{ kpi }}) as {{ sql_type("bigint") }}) as {{ kpi }}
            {%- if not loop.last %},{% endif -%}
        {%- endfor %}
    from
        (
            select
                {{ keys }},
                {{ event_counts("visits", "visitors") }},
                0 as submissions,
                {%- for kpi in submission_counts() %}
                    0 as {{ kpi }}{% if not loop.last %},{% endif -%}
                {%- endfor %}
            from {{ visits }}
            group by {{ keys }}
            union all
            select
                {{ keys }},
                0 as visits,
                0 as visits_human,
                0 as visitors,
                0 as visitors_human,
                count(*) as submissions,
                {%- for kpi, column in submission_counts().items() %}
                    count(case when {{ column }} then 1 end) as {{ kpi }}
                    {%- if not loop.last %},{% endif -%}
                {%- endfor %}
            from {{ submissions }}
            group by {{ keys }}
        ) as counted
    group by {{ keys }}
{%- endmacro -%}

{#- The rows of a fact that a mart counts anew: those in cells that changed, all where it is made anew, and
    none of a missing entity. -#}
{%- macro rows_to_count(fact, entity, cell, touched_by="int_activity_changes") -%}
    select *
    from {{ ref(fact) }} as counted
    where
        {{ entity }} <> 'unknown'
        {%- if is_incremental() %}
            and {{ in_relation("counted", cell, ref(touched_by)) }}
        {%- endif %}
{%- endmacro -%}
