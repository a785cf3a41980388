{#- An erasure changes records that earlier builds have read (`raw.retracted` tells their places); the next build reads
    them again. Models that keep what they made of records would keep the people too, so when the run begins, what
    came of those records is removed there, with a row in the change log. -#}
{%- macro retract_changed_records() -%}
    {%- set retracted = retracted_records() -%}
    {%- if retracted -%}
        {%- set interactions = built_relation("int_interactions") -%}
        {%- set details = built_relation("int_interaction_details") -%}
        {%- set members = built_relation("int_segment_member_lists") -%}
        {%- set of_interactions = interaction_place() | join(", ") -%}
        {{
            retract(
                details,
                "interaction_id in (select interaction_id from "
                ~ interactions
                ~ " where ("
                ~ of_interactions
                ~ ") in (select "
                ~ of_interactions
                ~ " from "
                ~ retracted
                ~ "))",
            )
        }}
        {{ retract(interactions, is_retracted(interaction_place(), retracted)) }}
        {%- for node in graph.nodes.values()
            if node.resource_type == "model"
            and node.config.incremental_strategy == "upsert"
            and snapshot_trace() | reject("in", node.columns) | list == [] %}
            {{
                retract(
                    built_relation(node.name),
                    is_retracted(snapshot_trace(), retracted),
                )
            }}
        {%- endfor %}
        {{
            retract(
                members,
                "(snapshot_date, feed, file, contact_id) in (select snapshot_date, feed, file, contact_before from "
                ~ retracted
                ~ ")",
            )
        }}
    {%- endif -%}
{%- endmacro -%}

{#- Removes, when the run ends, what would still name the people: URLs that no interaction has any more, and lists
    of what this run touched, which are made for the run only. -#}
{%- macro drop_what_was_retracted() -%}
    {%- if retracted_records() -%}
        delete from {{ built_relation("int_urls") }}
        where
            url not in (
                select url
                from {{ built_relation("int_interaction_details") }}
                where url is not null
            )
        ;
        {%- for node in graph.nodes.values()
            if node.resource_type == "model"
            and node.config.materialized == "table"
            and node.config.get("meta", {}).get("follows") %}
            delete from {{ built_relation(node.name) }}
            ;
        {%- endfor -%}
    {%- endif -%}
{%- endmacro -%}

{#- Returns the relation of the changed records, or none if there are none or everything is made anew. It begins no
    transaction: what a hook deletes would be rolled back with it. -#}
{%- macro retracted_records() -%}
    {%- if execute and flags.WHICH in ("run", "build") and not flags.FULL_REFRESH -%}
        {%- set retracted = source("raw", "retracted") -%}
        {%- if has_rows(retracted, auto_begin=false) -%}
            {{- return(retracted) -}}
        {%- endif -%}
    {%- endif -%}
{%- endmacro -%}

{#- Returns a model's table as the last build left it; none if there is none. -#}
{%- macro built_relation(model_name) -%}
    {%- set node = model_named(model_name) -%}
    {{- return(adapter.get_relation(node.database, node.schema, node.alias)) -}}
{%- endmacro -%}

{#- Returns the columns that name the record of an interaction; a record may give several. -#}
{%- macro interaction_place() -%}
    {{- return(["file_id", "line_number", "item_index"]) -}}
{%- endmacro -%}

{%- macro is_retracted(place, retracted) -%}
    ({{ place | join(", ") }}) in (select {{ place | join(", ") }} from {{ retracted }})
{%- endmacro -%}

{#- SQL that deletes rows of an incremental model's table and logs them as removed. -#}
{%- macro retract(relation, condition) -%}
    {%- if relation -%}
        {%- set node = model_named(relation.identifier) -%}
        {%- set unlogged = node.config.get("meta", {}).get("unlogged", []) -%}
        {%- set logged = node.columns.keys() | reject("in", unlogged) | join(", ") -%}
        insert into {{ change_log(relation) }} ({{ logged }})
        select {{ logged }} from {{ relation }} where {{ condition }};
        delete from {{ relation }}
        where {{ condition }}
        ;
    {%- endif -%}
{%- endmacro -%}
