{#- Tables, views and incremental models as Iceberg tables and views. Iceberg commits one table at a time, so each
    model changes its table in one statement: `create or replace`, `insert` or `merge`. -#}
{%- materialization table, adapter = "spark" -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type="table") -%}
    {%- if existing is none or existing.is_view or should_full_refresh() -%}
        {%- do spark_make_anew(existing, target) -%}
    {%- else -%} {%- do spark_write_if_different(target) -%}
    {%- endif -%}
    {%- do return({"relations": [target]}) -%}
{%- endmaterialization -%}

{%- materialization view, adapter = "spark" -%}
    {%- set target = this.incorporate(type="view") -%}
    {%- do spark_make_anew(load_cached_relation(this), target) -%}
    {%- do return({"relations": [target]}) -%}
{%- endmaterialization -%}

{%- materialization incremental, adapter = "spark" -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type="table") -%}
    {%- if existing is none or existing.is_view or should_full_refresh() -%}
        {%- do spark_make_anew(existing, target) -%}
    {%- else -%} {%- do spark_add_what_is_new(target) -%}
    {%- endif -%}
    {%- do return({"relations": [target]}) -%}
{%- endmaterialization -%}

{%- macro spark_make_anew(existing, target) -%}
    {%- if existing is not none and existing.type != target.type -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- if config.get("contract").enforced -%}
        {%- do assert_columns_equivalent(sql) -%}
    {%- endif -%}
    {%- set query = spark_in_order(sql) -%}
    {%- call statement("main") -%}
        {%- if target.is_view -%}
            create or replace view {{ target }} as {{ query }}
        {%- else -%}
            create or replace table {{ target }} using iceberg
            {% if config.persist_relation_docs() and model.description -%}
                comment '{{ model.description | replace("\\", "\\\\") | replace("'", "\\'") }}'
            {%- endif %}
            as {{ query }}
        {%- endif -%}
    {%- endcall -%}
{%- endmacro -%}

{#- A query with its columns in the order of the contract, if there is one. -#}
{%- macro spark_in_order(query) -%}
    {{- get_select_subquery(query) if config.get("contract").enforced else query -}}
{%- endmacro -%}

{#- Computes the rows of a table, and commits them only where they are others than it has. -#}
{%- macro spark_write_if_different(target) -%}
    {%- set fresh = spark_scratch(target, "fresh") -%}
    {%- do spark_keep(fresh, spark_in_order(sql), name="main") -%}
    {%- set differing -%}
        select 1
        from
            (
                select struct(*) as version, 1 as side
                from {{ fresh }}
                union all
                select struct(*) as version, -1 as side
                from {{ target }}
            ) as versions
        group by version
        having sum(side) <> 0
        limit 1
    {%- endset -%}
    {%- if run_query(differing).rows | length > 0 -%}
        {%- do run_query("insert overwrite " ~ target ~ " select * from " ~ fresh) -%}
    {%- endif -%}
    {%- do run_query("drop table if exists " ~ fresh) -%}
{%- endmacro -%}

{#- Lists the touched cells, computes their rows, and lets the strategy write those that differ. -#}
{%- macro spark_add_what_is_new(target) -%}
    {%- if config.get("meta", {}).get("cell") is not none -%}
        {%- do spark_keep(spark_scratch(target, "touched"), touched_cells()) -%}
        {%- if not has_rows(spark_scratch(target, "touched")) -%}
            {%- do run_query(
                "drop table if exists " ~ spark_scratch(target, "touched")
            ) -%}
            {%- do return(leave_as_it_is()) -%}
        {%- endif -%}
    {%- endif -%}
    {#- Computed once: a temporary view would be planned and computed each time that it is read. -#}
    {%- set fresh = spark_scratch(target, "fresh") -%}
    {%- do spark_keep(fresh, sql) -%}
    {%- set strategy = adapter.get_incremental_strategy_macro(
        context, config.require("incremental_strategy")
    ) -%}
    {%- do strategy(
        {
            "target_relation": target,
            "temp_relation": fresh,
            "dest_columns": columns_of(target),
        }
    ) -%}
    {%- for what in ["touched", "fresh", "differences"] -%}
        {%- do run_query("drop table if exists " ~ spark_scratch(target, what)) -%}
    {%- endfor -%}
{%- endmacro -%}

{#- Writes what a query gives into a new table of the session's own catalog, which ends with the session. What a run
    that failed left there goes when the next one begins. -#}
{%- macro spark_keep(table, query, name="keep") -%}
    {%- call statement(name) -%} create table {{ table }} using parquet as {{ query }}
    {%- endcall -%}
{%- endmacro -%}

{%- macro spark_scratch(relation, what) -%}
    spark_catalog.scratch.{{ relation.identifier }}__{{ what }}
{%- endmacro -%}

{#- Compares the fresh rows with those in `scope` in one pass, logs the differences and then merges them. A run that is
    killed between the two logs them once more when it is resumed, which touches no other cells. Where nothing differs,
    nothing is committed. -#}
{%- macro spark__write_differences(arg_dict, scope) -%}
    {%- set target = arg_dict["target_relation"] -%}
    {%- set columns = arg_dict["dest_columns"] | map(attribute="name") | list -%}
    {%- set names = columns | join(", ") -%}
    {%- set differences = spark_scratch(target, "differences") -%}
    {%- set versions -%}
        select {{ names }}, min(is_gone) as is_gone
        from
            (
                select {{ names }}, false as is_gone
                from {{ arg_dict["temp_relation"] }}
                union all
                select {{ names }}, true as is_gone
                from {{ target }} as kept
                where {{ scope }}
            ) as versions
        group by {{ names }}
        having min(is_gone) = max(is_gone)
    {%- endset -%}
    {%- do spark_keep(differences, versions, name="main") -%}
    {%- set counted = run_query(
        "select count(*), count_if(is_gone) from " ~ differences
    ).rows[0] -%}
    {%- if counted[0] > 0 -%}
        {%- do spark_log(target, columns, differences) -%}
        {%- if counted[1] > 0 -%} {%- do spark_merge(target, columns, differences) -%}
        {%- else -%}
            {%- do run_query(
                "insert into "
                ~ target
                ~ " ("
                ~ names
                ~ ") select "
                ~ names
                ~ " from "
                ~ differences
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro -%}

{#- Columns that are not logged are null in the log: a row of Iceberg's must have every column. -#}
{%- macro spark_log(target, columns, differences) -%}
    {%- set unlogged = config.get("meta", {}).get("unlogged", []) -%}
    {%- set insertion -%}
        insert into {{ change_log(target) }} ({{ columns | join(", ") }})
        select
            {% for name in columns -%}
                {{ "null as " if name in unlogged }}{{ name }}
                {%- if not loop.last %}, {% endif -%}
            {%- endfor %}
        from {{ differences }}
        {% if unlogged -%}
            group by {{ columns | reject("in", unlogged) | join(", ") }}
            having min(is_gone) = max(is_gone)
        {%- endif %}
    {%- endset -%}
    {%- do run_query(insertion) -%}
{%- endmacro -%}

{#- Of a row that changed both versions are differences: the one that came counts. -#}
{%- macro spark_merge(target, columns, differences) -%}
    {%- set key = key_columns() -%}
    {%- set merge -%}
        merge into {{ target }} as kept
        using
            (
                select *
                from
                    (
                        select
                            *,
                            row_number() over (
                                partition by {{ key | join(", ") }} order by is_gone
                            ) as version_number
                        from {{ differences }}
                    ) as versions
                where version_number = 1
            ) as changes
        on {{ same_key("kept", "changes", key) }}
        when matched and changes.is_gone
        then delete
        when matched
        then update set
            {%- for name in columns %} {{ name }} = changes.{{ name }}{% if not loop.last %},{% endif %}{% endfor %}
        when not matched and not changes.is_gone
        then insert ({{ columns | join(", ") }})
        values ({% for name in columns %}changes.{{ name }}{% if not loop.last %}, {% endif %}{% endfor %})
    {%- endset -%}
    {%- do run_query(merge) -%}
{%- endmacro -%}
