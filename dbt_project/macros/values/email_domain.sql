{#- SQL for the domain of an address; `unknown` if there is none. -#}
{%- macro email_domain(column) -%}
    case
        when {{ column }} like '%_@_%'
        then {{ dbt.split_part(column, "'@'", 2) }}
        else 'unknown'
    end
{%- endmacro -%}
