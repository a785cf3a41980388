{#- The change logs on Spark: tables of the schema `changes`, as on DuckDB. Making and dropping a table costs more
    than asking whether it has rows, so that logs stay, and only those with rows are emptied. The hooks ask once per
    database of DuckDB; here one schema holds all logs. -#}
{%- macro spark__begin_change_log(database) -%}
    {%- if database == "work" -%}
        {%- for row in run_query("show tables in spark_catalog.scratch") -%}
            {%- do run_query("drop table if exists spark_catalog.scratch." ~ row[1]) -%}
        {%- endfor -%}
        {%- set known = (
            run_query("show tables in changes").columns[1].values() | list
        ) -%}
        {%- if flags.FULL_REFRESH -%}
            {%- for name in known -%}
                {%- do run_query("drop table if exists changes." ~ name ~ " purge") -%}
            {%- endfor -%}
        {%- else -%}
            {%- if not var("resume_interrupted_build") -%}
                {%- do spark_empty_logs(known) -%}
            {%- endif -%}
            {%- do spark_make_missing_logs(known) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro -%}

{%- macro spark_empty_logs(names) -%}
    {%- set queries = [] -%}
    {%- for name in names -%}
        {%- do queries.append(
            "(select '"
            ~ name
            ~ "' as name from changes."
            ~ name
            ~ " limit 1)"
        ) -%}
    {%- endfor -%}
    {%- if queries -%}
        {%- for row in run_query(queries | join(" union all ")) -%}
            {%- do run_query("delete from changes." ~ row[0]) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro -%}

{%- macro spark_make_missing_logs(known) -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == "model"
        and node.config.materialized == "incremental"
        and node.alias not in known -%}
        {%- set relation = adapter.get_relation(
            node.database, node.schema, node.alias
        ) -%}
        {%- if relation -%}
            {%- do run_query(
                "create table "
                ~ change_log(relation)
                ~ " using iceberg as select * from "
                ~ relation
                ~ " where 1 = 0"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro -%}
