{#- A model's table as the last build left it, or none: for models that compare what is with what was
    before that model itself runs. A full refresh has no "before". -#}
{%- macro previous(model_name) -%}
    {%- if not execute or flags.FULL_REFRESH -%} {{- return(none) -}} {%- endif -%}
    {%- for node in graph.nodes.values() if node.resource_type == "model" and node.name == model_name -%}
        {{- return(adapter.get_relation(node.database, node.schema, node.alias)) -}}
    {%- endfor -%}
    {{- return(none) -}}
{%- endmacro -%}
