{#- Incremental strategy `touched`: the model's query gives all rows of a scope; the table's rows of that
    scope become just those, and only rows that differ are written.

    The scope is the rows whose `touched_columns` are in the relation `touched_by` (a `ref`ed model's name,
    set in `config(meta=...)`); without it the scope is the whole table. `unique_key` names a row; none of its columns
    may be null (the test `primary_key` sees to it), or the row would be left out. -#}
{%- macro get_incremental_touched_sql(arg_dict) -%}
    {%- set target = arg_dict["target_relation"] -%}
    {%- set fresh = arg_dict["temp_relation"] -%}
    {%- set key = config.require("unique_key") -%}
    {%- set key = [key] if key is string else key -%}
    {%- set columns = (
        arg_dict["dest_columns"] | map(attribute="quoted") | join(", ")
    ) -%}
    {%- set meta = config.get("meta") or {} -%}
    {%- set scope -%}
        {%- if meta.get("touched_by") -%}
            {{ in_relation("kept", meta["touched_columns"], touched_relation(meta["touched_by"])) }}
        {%- else -%} true
        {%- endif -%}
    {%- endset %}
    delete from {{ target }} as kept
    where
        {{ scope }}
        and {{ row_of("kept", key) }} not in (
            select {{ key | join(", ") }}
            from
                (
                    select {{ columns }}
                    from {{ fresh }}
                    intersect
                    select {{ columns }}
                    from {{ target }} as kept
                    where {{ scope }}
                ) as unchanged
        )
    ;

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ fresh }} as fresh
    where
    {{ row_of("fresh", key) }} not in (
            select {{ key | join(", ") }} from {{ target }} as kept where {{ scope }}
        );
{%- endmacro -%}

{#- A row's columns as one value to look up: engines answer `in` with one hash join, whereas for a correlated
    `exists` some keep the whole table at hand. -#}
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

{%- macro touched_relation(model_name) -%}
    {%- for node in graph.nodes.values() if node.resource_type == "model" and node.name == model_name -%}
        {{- return(api.Relation.create(node.database, node.schema, node.alias)) -}}
    {%- endfor -%}
    {{- exceptions.raise_compiler_error("touched_by names no model: " ~ model_name) -}}
{%- endmacro -%}
