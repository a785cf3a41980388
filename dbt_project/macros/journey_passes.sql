{#- What names a pass: a contact going through a tile of a journey, in one iteration. -#}
{%- macro pass_columns() -%}
    {{- return(["journey_id", "tile_id", "contact_id", "iteration_id"]) -}}
{%- endmacro -%}

{#- Every tile KPI after `inflow`, once: its name and the column of `fct_journey_passes` that counts it. -#}
{%- macro pass_states() -%}
    {{-
        return(
            {
                "processing": "is_processing",
                "blocked": "was_blocked",
                "failed": "was_failed",
                "processed": "was_processed",
            }
        )
    -}}
{%- endmacro -%}

{#- The tile KPIs counted from passes. -#}
{%- macro pass_counts() -%}
    count(*) as inflow
    {%- for kpi, column in pass_states().items() -%}
        , count(case when {{ column }} then 1 end) as {{ kpi }}
    {%- endfor -%}
{%- endmacro -%}

{#- The tile KPIs summed once more, from a finer mart. -#}
{%- macro pass_counts_of_counts() -%}
    {%- for kpi in ["inflow"] + (pass_states() | list) %}
        cast(sum({{ kpi }}) as {{ sql_type("bigint") }}) as {{ kpi }}
        {%- if not loop.last %},{% endif -%}
    {%- endfor -%}
{%- endmacro -%}

{#- Which of several events of one instant stands, the lowest first: an outcome before an entry, and of
    outcomes the one that goes on. -#}
{%- macro pass_precedence(interaction_type) -%}
    case
        {{ interaction_type }}
        when 'journey_tile_processed'
        then 1
        when 'journey_tile_failed'
        then 2
        when 'journey_tile_blocked'
        then 3
        else 4
    end
{%- endmacro -%}
