{#- Writes relations of the default database without its name, so that a published copy of that
    database works under any file name and alias. -#}
{%- macro ref() -%}
    {%- set relation = builtins.ref(*varargs, **kwargs) -%}
    {%- if target.type == "duckdb" and relation.database == target.database -%}
        {{- return(relation.include(database=false)) -}}
    {%- endif -%}
    {{- return(relation) -}}
{%- endmacro -%}
