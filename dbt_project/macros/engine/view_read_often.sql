{#- Returns how a view over many views is kept: as a view, or where an engine plans the whole of it anew for each
    model that reads it, as a table. -#}
{%- macro view_read_often() -%}
    {{- return(adapter.dispatch("view_read_often", "touchpoint")()) -}}
{%- endmacro -%}

{%- macro default__view_read_often() -%} {{- return("view") -}} {%- endmacro -%}

{%- macro spark__view_read_often() -%} {{- return("table") -}} {%- endmacro -%}
