{#- The counts of a fact that the KPI dictionary shows in the mart being built: column -> aggregate over rows
    of the fact. `of`: the fact's semantic model. -#}
{%- macro counts_shown(of) -%}
    {%- set shown = {} -%}
    {%- for column, sql, marts in kpi_dictionary()[of] if mart_name() in marts -%}
        {%- do shown.update({column: sql}) -%}
    {%- endfor -%}
    {%- if not shown -%}
        {{-
            exceptions.raise_compiler_error(
                "The KPI dictionary shows no count of "
                ~ of
                ~ " in "
                ~ mart_name()
                ~ ": name the mart in `shown_in` of that semantic model, then `make kpis`."
            )
        -}}
    {%- endif -%}
    {{- return(shown) -}}
{%- endmacro -%}

{#- Returns the model that is being built, or tested by a unit test. -#}
{%- macro mart_name() -%}
    {{-
        return(
            (model.get("tested_node_unique_id") or model.unique_id).split(".")[2]
        )
    -}}
{%- endmacro -%}

{#- SQL for the counts, from rows of the fact. -#}
{%- macro kpi_counts(of) -%}
    {%- for column, sql in counts_shown(of).items() %}
        cast({{ sql }} as {{ sql_type("bigint") }}) as {{ column }}
        {%- if not loop.last %},{% endif -%}
    {%- endfor -%}
{%- endmacro -%}

{#- SQL for the counts as sums over the rows of a finer mart. -#}
{%- macro kpi_sums(of) -%}
    {%- for column in counts_shown(of) %}
        cast(sum({{ column }}) as {{ sql_type("bigint") }}) as {{ column }}
        {%- if not loop.last %},{% endif -%}
    {%- endfor -%}
{%- endmacro -%}

{#- SQL for zeros as the counts of another fact, for a union of facts. -#}
{%- macro kpi_zeros(of) -%}
    {%- for column in counts_shown(of) %}
        0 as {{ column }}{% if not loop.last %},{% endif -%}
    {%- endfor -%}
{%- endmacro -%}

{%- macro kpi_names(of, prefix="") -%}
    {%- for column in counts_shown(of) %}
        {{ prefix }}{{ column }}{% if not loop.last %},{% endif -%}
    {%- endfor -%}
{%- endmacro -%}

{#- SQL for every rate that the dictionary shows in the mart, from the counts in the same row. -#}
{%- macro kpi_rates(prefix="") -%}
    {%- set rates = [] -%}
    {%- for column, above, below, marts in kpi_dictionary()["rates"] if mart_name() in marts -%}
        {%- do rates.append(rate(prefix ~ above, prefix ~ below) ~ " as " ~ column) -%}
    {%- endfor -%}
    {{- rates | join(", ") -}}
{%- endmacro -%}
