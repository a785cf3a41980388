{#- What dbt's own macros for Spark do otherwise than for DuckDB, slowly, or not at all. -#}
{#- Native since Spark 3.3: '' beyond the last part, any separator verbatim. -#}
{%- macro spark__split_part(string_text, delimiter_text, part_number) -%}
    split_part({{ string_text }}, {{ delimiter_text }}, {{ part_number }})
{%- endmacro -%}

{#- Days of dates and months of instants, which models ask for; the adapter's own counts whole seconds. -#}
{%- macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    {%- if datepart == "day" -%}
        date_add({{ from_date_or_timestamp }}, cast({{ interval }} as int))
    {%- elif datepart == "month" -%}
        {{ from_date_or_timestamp }} + make_ym_interval(0, {{ interval }})
    {%- else -%}
        {{
            exceptions.raise_compiler_error(
                "dateadd on Spark knows days and months, not " ~ datepart
            )
        }}
    {%- endif -%}
{%- endmacro -%}

{%- macro spark__datediff(first_date, second_date, datepart) -%}
    {%- if datepart == "day" -%} datediff({{ second_date }}, {{ first_date }})
    {%- elif datepart == "month" -%}
        (
            12 * (year({{ second_date }}) - year({{ first_date }}))
            + month({{ second_date }})
            - month({{ first_date }})
        )
    {%- else -%}
        {{
            exceptions.raise_compiler_error(
                "datediff on Spark knows days and months, not " ~ datepart
            )
        }}
    {%- endif -%}
{%- endmacro -%}

{#- Contracts are written in DuckDB's words for types. -#}
{%- macro spark__get_empty_schema_sql(columns) -%}
    select
        {%- for name, column in columns.items() %}
            cast(
                null as {{ spark_data_type(column["data_type"]) }}
            ) as {{ adapter.quote(name) }}
            {%- if not loop.last %},{% endif -%}
        {%- endfor %}
    where false
{%- endmacro -%}

{%- macro spark_data_type(data_type) -%}
    {{-
        return(
            {
                "varchar": "string",
                "timestamp with time zone": "timestamp",
                "integer": "int",
            }.get(data_type, data_type)
        )
    -}}
{%- endmacro -%}

{#- Returns a schema's tables and views in the form of `show table extended`, which Iceberg's catalogs do not
    have. The adapter would describe every table by itself. -#}
{%- macro spark__list_relations_without_caching(relation) -%}
    {%- set found = [] -%}
    {%- for kind, query in [
        ("Provider: iceberg", "show tables in "),
        ("Type: VIEW", "show views in "),
    ] -%}
        {%- for row in run_query(query ~ relation.schema) -%}
            {%- do found.append([relation.schema, row[1], row[2], kind]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(found) -}}
{%- endmacro -%}
