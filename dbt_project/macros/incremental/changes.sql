{#- The change log: for every incremental model, the rows that were removed and inserted since the last published
    build (`incremental_touched.sql` writes them). A build that begins after a published
    one empties it; after an interrupted or refused build it is kept, so that the next
    build follows those changes too. -#}
{#- For a model's `config(meta=...)`: its cells, and whose changes touch them.

    `cell` are columns of the model; its rows are computed anew for each touched cell, all rows of a cell or none.
    Without columns ([]) the whole table is one cell; none is for a model that lists what is touched for others.
    `changes` maps each model it follows to how a changed row tells the cells:
    - none: it has columns of those names;
    - {"columns": {column: expression}}: these are computed from it;
    - {"through": model, "by": {expression: expression of the changed row}}: the cells of those rows of another
      model that agree with it; `this` is the model itself, as it was; "among" leaves out rows of that model.
    "where" leaves out changed rows; a list gives several ways. A model that is no incremental one lists what is
    touched itself.

    Also registers these models as read, which they must be before this one is built. -#}
{%- macro follows(cell, changes) -%}
    {%- if not execute -%}
        {%- for model_name, ways in changes.items() -%}
            {%- do ref(model_name) -%}
            {%- for way in as_list(ways) if way and way.get("through", "this") != "this" -%}
                {%- do ref(way["through"]) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return({"cell": cell, "follows": changes}) -}}
{%- endmacro -%}

{%- macro as_list(ways) -%}
    {{- return([ways] if ways is none or ways is mapping else ways) -}}
{%- endmacro -%}

{#- SQL for whether a row is in a touched cell; true for every row in a build that makes the model
    anew. `columns` are those of the
    row, where they have other names than the cell's. -#}
{%- macro is_touched(alias, columns=none) -%}
    {%- if is_incremental() -%} {{ is_in_touched_cell(alias, columns) }}
    {%- else -%} true
    {%- endif -%}
{%- endmacro -%}

{#- SQL for the condition of `is_touched` in an incremental run. A model without cells is computed
    whole: every row counts as touched. -#}
{%- macro is_in_touched_cell(alias, columns=none) -%}
    {%- set cell = config.get("meta", {}).get("cell") -%}
    {%- set touched = touched_table(this) -%}
    {%- if cell is none -%} true
    {%- elif cell -%}
        {{ row_of(alias, columns or cell) }}
        in (select {{ cell | join(", ") }} from {{ touched }})
    {%- else -%} exists (select 1 from {{ touched }})
    {%- endif -%}
{%- endmacro -%}

{#- Returns the name of the table of the touched cells of a model, while it is being built. -#}
{%- macro touched_table(relation) -%}
    {{- return(adapter.dispatch("touched_table", "touchpoint")(relation)) -}}
{%- endmacro -%}

{%- macro default__touched_table(relation) -%}
    {{- return(scratch_table(relation, "touched")) -}}
{%- endmacro -%}

{%- macro spark__touched_table(relation) -%}
    {{- return(spark_scratch(relation, "touched")) -}}
{%- endmacro -%}

{#- SQL that lists the touched cells of the model being built. -#}
{%- macro touched_cells() -%}
    {%- set cell = config.get("meta")["cell"] -%}
    {%- set queries = [] -%}
    {%- for model_name, ways in config.get("meta")["follows"].items() -%}
        {%- for way in as_list(ways) -%}
            {%- do queries.append(cells_of(cell, changes_of(model_name), way or {})) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ queries | join(" union ") }}
{%- endmacro -%}

{%- macro cells_of(cell, changes, way) -%}
    {%- set changed_where = "where " ~ way["where"] if way.get("where") else "" -%}
    {%- if way.get("through") -%}
        {%- set through = this if way["through"] == "this" else ref(way["through"]) -%}
        select {{ cell | join(", ") }}
        from {{ through }}
        where
            ({{ way["by"].keys() | join(", ") }}) in (
                select {{ way["by"].values() | join(", ") }}
                from {{ changes }} as changed {{ changed_where }}
            )
            {% if way.get("among") -%} and {{ way["among"] }} {%- endif %}
    {%- else -%}
        select
            {% if not cell -%} true as is_touched
            {%- endif -%}
            {%- for column in cell -%}
                {{ way.get("columns", {}).get(column, column) }} as {{ column }}
                {% if not loop.last %}, {% endif %}
            {%- endfor %}
        from {{ changes }} as changed {{ changed_where }}
    {%- endif -%}
{%- endmacro -%}

{#- SQL for a model's changed rows, both old and new versions: none if everything is made anew, all
    rows of a model that this run makes for the first time. A model that is no incremental one lists
    what is touched itself. In a unit test
    the given rows are the changed ones. -#}
{%- macro changes_of(model_name) -%}
    {%- set relation = ref(model_name) -%}
    {%- if not execute or model.resource_type == "unit_test" -%}
        {{- return(relation) -}}
    {%- endif -%}
    {%- if model_named(model_name).config.materialized != "incremental" -%}
        {{- return(relation) -}}
    {%- elif flags.FULL_REFRESH -%}
        {{- return("(select * from " ~ relation ~ " where 1 = 0)") -}}
    {%- endif -%}
    {{- return(known_change_log(relation) or relation) -}}
{%- endmacro -%}

{%- macro model_named(model_name) -%}
    {%- for node in graph.nodes.values() if node.resource_type == "model" and node.name == model_name -%}
        {{- return(node) -}}
    {%- endfor -%}
    {{- exceptions.raise_compiler_error("no model is named " ~ model_name) -}}
{%- endmacro -%}

{#- Returns the relation that keeps a relation's changed rows. An engine that logs changes itself
    may return its own log. -#}
{%- macro change_log(relation) -%}
    {{- return(adapter.dispatch("change_log", "touchpoint")(relation)) -}}
{%- endmacro -%}

{%- macro default__change_log(relation) -%}
    {{- return(relation.incorporate(path={"schema": "changes"})) -}}
{%- endmacro -%}

{#- Returns the relation's log, or none if this run has no log for it. -#}
{%- macro known_change_log(relation) -%}
    {%- set log = change_log(relation) -%}
    {{- return(log if adapter.get_relation(log.database, log.schema, log.identifier)) -}}
{%- endmacro -%}

{#- Returns the log of a relation for tests, which then need only look at changed rows: the tests of
    the published build hold for all others. None if all rows must be tested: in `dbt test`, in a full
    refresh, and of relations without a log. -#}
{%- macro log_of_this_build(relation) -%}
    {%- if execute and flags.WHICH == "build" and not flags.FULL_REFRESH -%}
        {{- return(known_change_log(relation)) -}}
    {%- endif -%}
{%- endmacro -%}

{#- SQL for whether a test must look at a row: in a build that adds to all of the models, only if a row that
    changed in one of them has the row's value in the column. Else every row. -#}
{%- macro is_to_be_tested(column, model_names) -%}
    {%- set logs = [] -%}
    {%- for model_name in model_names -%}
        {%- do logs.append(log_of_this_build(ref(model_name))) -%}
    {%- endfor -%}
    {%- if logs | select | list | length < logs | length -%} true
    {%- else -%}
        {{ column }} in (
            {%- for log in logs %}
                select {{ column }}
                from {{ log }}
                {% if not loop.last %}
                    union
                {% endif %}
            {%- endfor %}
        )
    {%- endif -%}
{%- endmacro -%}

{#- Creates the logs of one database when a run begins, and empties them after a published build.
    The models do not create them, because models of one run would create the schema at the same
    time, and models that follow a model which does not run read its log too. Does nothing in
    commands that build nothing: `dbt source freshness` must not delete what a killed build logged.
    -#}
{%- macro begin_change_log(database) -%}
    {%- if execute and flags.WHICH in ("run", "build") -%}
        {{- return(adapter.dispatch("begin_change_log", "touchpoint")(database)) -}}
    {%- endif -%}
{%- endmacro -%}

{%- macro default__begin_change_log(database) -%}
    {%- if flags.FULL_REFRESH or not var("resume_interrupted_build") %}
        drop schema if exists {{ database }}.changes cascade;
    {%- endif %}
    create schema if not exists {{ database }}.changes;
    {%- if not flags.FULL_REFRESH -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == "model"
            and node.config.materialized == "incremental"
            and node.database == database -%}
            {%- set relation = adapter.get_relation(
                node.database, node.schema, node.alias
            ) -%}
            {%- if relation %}
                create table if not exists {{ change_log(relation) }} as select * from {{ relation }} where 1 = 0;
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro -%}

{#- Returns a model's table as the last build left it, or none in a full refresh. It is for models
    that compare new rows with old ones and run before that model itself. -#}
{%- macro previous(model_name) -%}
    {%- if not execute or flags.FULL_REFRESH -%} {{- return(none) -}} {%- endif -%}
    {%- set node = model_named(model_name) -%}
    {{- return(adapter.get_relation(node.database, node.schema, node.alias)) -}}
{%- endmacro -%}

{#- For `follows`: a model that carries attributes of a dimension's rows beside their key is touched where these
    change. -#}
{%- macro renamed() -%}
    {%- set by = {} -%}
    {%- for column in varargs -%} {%- do by.update({column: column}) -%} {%- endfor -%}
    {{- return({"through": "this", "by": by}) -}}
{%- endmacro -%}
