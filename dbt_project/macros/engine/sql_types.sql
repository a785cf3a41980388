{#- Names of SQL types, by engine. -#}
{%- macro sql_type(name) -%}
    {{- return(adapter.dispatch("sql_type", "touchpoint")(name)) -}}
{%- endmacro -%}

{%- macro default__sql_type(name) -%}
    {%- set types = {
        "string": "varchar",
        "bigint": "bigint",
        "integer": "integer",
        "double": "double",
        "boolean": "boolean",
        "date": "date",
        "instant": "timestamp with time zone",
    } -%}
    {{- return(types[name]) -}}
{%- endmacro -%}

{%- macro spark__sql_type(name) -%}
    {%- set types = {
        "string": "string",
        "bigint": "bigint",
        "integer": "int",
        "double": "double",
        "boolean": "boolean",
        "date": "date",
        "instant": "timestamp",
    } -%}
    {{- return(types[name]) -}}
{%- endmacro -%}
