{#- Incremental models in place of those that come with the adapter for DuckDB, where changing a schema is part of
    a transaction: the touched cells are listed once, before the model's query reads them, and comments are written
    when a table is made, not in every build.

    A changed project is always built anew (orchestration/build/fingerprint.py), so that an incremental build never meets
    a table of another shape; contracts are checked when a table is made. Other engines use their own. -#}
{%- materialization incremental, adapter = "duckdb" -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type="table") -%}
    {%- if existing is none or existing.is_view or should_full_refresh() -%}
        {%- do make_anew(existing, target) -%}
    {%- else -%} {%- do add_what_is_new(target) -%}
    {%- endif -%}
    {%- do return({"relations": [target]}) -%}
{%- endmaterialization -%}

{%- macro make_anew(existing, target) -%}
    {%- call statement("main") -%}
        {%- if existing is not none %} drop {{ existing.type }} if exists {{ existing }}
            ;
        {% endif -%}
        {{ get_create_table_as_sql(false, target, sql) }}
    {%- endcall -%}
    {%- do persist_docs(target, model) -%}
    {%- do adapter.commit() -%}
{%- endmacro -%}

{%- macro add_what_is_new(target) -%}
    {%- set fresh = make_temp_relation(target) -%}
    {%- if config.get("meta", {}).get("cell") is not none -%}
        {%- call statement("touched") -%}
            create temporary table {{ scratch_table(target, "touched") }} as {{ touched_cells() }}
        {%- endcall -%}
        {%- if not has_rows(scratch_table(target, "touched")) -%}
            {%- do return(leave_as_it_is()) -%}
        {%- endif -%}
    {%- endif -%}
    {%- set strategy = adapter.get_incremental_strategy_macro(
        context, config.require("incremental_strategy")
    ) -%}
    {%- call statement("fresh") -%}
        create temporary table {{ fresh.include(database=false, schema=false) }} as ({{ sql }})
    {%- endcall -%}
    {%- call statement("main") -%}
        {{
            strategy(
                {
                    "target_relation": target,
                    "temp_relation": fresh,
                    "unique_key": config.get("unique_key"),
                    "dest_columns": columns_of(target),
                    "incremental_predicates": none,
                }
            )
        }}
    {%- endcall -%}
    {%- do adapter.commit() -%}
{%- endmacro -%}

{#- Ends a model of which no cell is touched. dbt wants a result of every model. -#}
{%- macro leave_as_it_is() -%}
    {%- call statement("main") -%} select 1 where 1 = 0 {%- endcall -%}
    {%- do adapter.commit() -%}
{%- endmacro -%}

{%- macro has_rows(relation, auto_begin=true) -%}
    {%- call statement("has_rows", fetch_result=true, auto_begin=auto_begin) -%}
        select 1 from {{ relation }} limit 1
    {%- endcall -%}
    {{- return(load_result("has_rows")["data"] | length > 0) -}}
{%- endmacro -%}

{#- Returns the columns of the model: from its contract, or from the database if it has no contract.
    -#}
{%- macro columns_of(target) -%}
    {%- if not config.get("contract").enforced -%}
        {%- do return(adapter.get_columns_in_relation(target)) -%}
    {%- endif -%}
    {%- set columns = [] -%}
    {%- for column in model.columns.values() -%}
        {%- do columns.append(api.Column.create(column.name, column.data_type)) -%}
    {%- endfor -%}
    {%- do return(columns) -%}
{%- endmacro -%}

{#- Writes descriptions as comments of the relation and its columns, in one statement. dbt's own
    macro queries the database twice for the relation's columns, which takes as long as the
    comments; here the contract lists them. -#}
{%- macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set is_described = for_relation and config.persist_relation_docs() -%}
    {%- set has_columns = for_columns and config.persist_column_docs() -%}
    {%- if is_described or has_columns -%}
        {%- call statement("comments") -%}
            {%- if is_described and model.description -%}
                {{ alter_relation_comment(relation, model.description) }}
            {%- endif -%}
            {%- if has_columns -%}
                {%- for column in model.columns.values() if column.description %}
                    comment on column {{ relation }}.{{ adapter.quote(column.name) }}
                    is {{ duckdb_escape_comment(column.description) }};
                {% endfor -%}
            {%- endif -%}
        {%- endcall -%}
    {%- endif -%}
{%- endmacro -%}
