{#- A model's table as the last build left it, or none: for models that compare what is with what was
    before that model itself runs. A full refresh has no "before". -#}
{%- macro previous(model_name) -%}
    {%- if not execute or flags.FULL_REFRESH -%} {{- return(none) -}} {%- endif -%}
    {%- for node in graph.nodes.values() if node.resource_type == "model" and node.name == model_name -%}
        {{- return(adapter.get_relation(node.database, node.schema, node.alias)) -}}
    {%- endfor -%}
    {{- return(none) -}}
{%- endmacro -%}

{#- Rows that an interrupted build had already noted in this touched set: they were noted before the state
    they were read from changed, so only they still know it. -#}
{%- macro noted_before_interruption(columns) -%}
    {%- if var("resume_interrupted_build") and not flags.FULL_REFRESH -%}
        {%- set noted = adapter.get_relation(
            this.database, this.schema, this.identifier
        ) -%}
        {%- if noted %}
            union
            select {{ columns | join(", ") }}
            from {{ noted }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro -%}
