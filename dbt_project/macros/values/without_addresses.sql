{#- SQL for a text with every e-mail address in it masked: bounce messages, names and topics quote
    them, and addresses are
    published in the contact dimension only. -#}
{%- macro without_addresses(column) -%}
    {{- return(adapter.dispatch("without_addresses", "touchpoint")(column)) -}}
{%- endmacro -%}

{%- macro default__without_addresses(column) -%}
    case
        when {{ column }} like '%@%'
        then regexp_replace({{ column }}, '[^\s<>()",;:]+@[^\s<>()",;:]+', '***', 'g')
        else {{ column }}
    end
{%- endmacro -%}

{#- Java's `\s` knows the vertical tab, RE2's does not. -#}
{%- macro spark__without_addresses(column) -%}
    regexp_replace({{ column }}, r'[^\t\n\f\r <>()",;:]+@[^\t\n\f\r <>()",;:]+', '***')
{%- endmacro -%}
