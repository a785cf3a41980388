{#- Incremental strategies that write only rows that differ, and keep those rows in the model's change log, in the
    same transaction: as they were and as they are. Models that follow this one
    recompute the cells of those rows.

    `touched`: the query gives all rows of the touched cells, and those cells then hold just these rows. A model
    without cells is computed whole and compared whole.
    `upsert`: the query gives rows that came or changed; rows with other keys stay.

    `unique_key` names a row. None of its columns may be null (the test `primary_key` sees to it), or the row would be
    left out. Columns named in `meta.unlogged` change without being a change that others need to know of. -#}
{%- macro get_incremental_touched_sql(arg_dict) -%}
    {{ write_differences(arg_dict, is_in_touched_cell("kept")) }}
{%- endmacro -%}

{%- macro get_incremental_upsert_sql(arg_dict) -%}
    {%- set key = key_columns() -%}
    {{
        write_differences(
            arg_dict, in_relation("kept", key, arg_dict["temp_relation"])
        )
    }}
{%- endmacro -%}

{%- macro key_columns() -%}
    {%- set key = config.require("unique_key") -%}
    {{- return([key] if key is string else key) -}}
{%- endmacro -%}

{%- macro write_differences(arg_dict, scope) -%}
    {{-
        return(
            adapter.dispatch("write_differences", "touchpoint")(arg_dict, scope)
        )
    -}}
{%- endmacro -%}

{%- macro default__write_differences(arg_dict, scope) -%}
    {%- set target = arg_dict["target_relation"] -%}
    {%- set fresh = arg_dict["temp_relation"] -%}
    {%- set key = key_columns() -%}
    {%- set inserted = scratch_table(target, "inserted") -%}
    {%- set removed = scratch_table(target, "removed") -%}
    {%- set columns = arg_dict["dest_columns"] | map(attribute="name") | list -%}
    {%- set logged = (
        columns
        | reject("in", config.get("meta", {}).get("unlogged", []))
        | join(", ")
    ) -%}
    {%- set is_logged_whole = logged == columns | join(", ") -%}
    {%- set columns = columns | join(", ") -%}
    {%- set in_scope = scratch_table(target, "in_scope") -%}
    {%- set is_whole = scope | trim == "true" -%}

    {#- A table may hold years, of which little is in scope. Its keys tell where that is; then only blocks with such
        rows are read, and once: the rows are set aside. -#}
    {%- if not is_whole -%}
        create temporary table {{ in_scope }} as
        select rowid as place, {{ columns }}
        from {{ target }}
        where rowid in (select rowid from {{ target }} as kept where {{ scope }})
        ;
    {%- endif %}

    create temporary table {{ inserted }} as
    select {{ columns }}
    from {{ fresh }}
    except
    select {{ columns }}
    from {{ target if is_whole else in_scope }}
    ;

    create temporary table {{ removed }} as
    select {{ "rowid as place" if is_whole else "place" }}, {{ columns }}
    from {{ target if is_whole else in_scope }} as kept
    where
    {{ in_relation("kept", key, inserted) }}
        or not {{ in_relation("kept", key, fresh) }}
    ;

    insert into {{ change_log(target) }} ({{ logged }})
    select {{ logged }}
    from {{ removed }}
    {% if not is_logged_whole %} except select {{ logged }} from {{ inserted }}
    {% endif %}
    ;

    insert into {{ change_log(target) }} ({{ logged }})
    select {{ logged }}
    from {{ inserted }}
    {% if not is_logged_whole %} except select {{ logged }} from {{ removed }}
    {% endif %}
    ;

    delete from {{ target }}
    where rowid in (select place from {{ removed }})
    ;

    insert into {{ target }} ({{ columns }})
    select {{ columns }}
    from {{ inserted }}
    ;
{%- endmacro -%}

{#- Returns the name of a temporary table for the model being built. -#}
{%- macro scratch_table(relation, what) -%}
    {{ adapter.quote(relation.identifier ~ "__" ~ what) }}
{%- endmacro -%}

{#- SQL for a row's columns as one value for `in`: engines run `in` as one hash join, but for a
    correlated `exists` some keep the whole table in memory. -#}
{%- macro row_of(alias, columns) -%}
    {%- if columns | length == 1 -%} {{ alias }}.{{ columns[0] }}
    {%- else -%}
        (
            {%- for column in columns -%}
                {{ alias }}.{{ column }}{% if not loop.last %}, {% endif %}
            {%- endfor -%}
        )
    {%- endif -%}
{%- endmacro -%}

{%- macro in_relation(alias, columns, relation) -%}
    {{ row_of(alias, columns) }}
    in (select {{ columns | join(", ") }} from {{ relation }})
{%- endmacro -%}

{%- macro same_key(left, right, key) -%}
    {%- for column in key -%}
        {{ left }}.{{ column }} = {{ right }}.{{ column }}
        {% if not loop.last %} and {% endif %}
    {%- endfor -%}
{%- endmacro -%}
