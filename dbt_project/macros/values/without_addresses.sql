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

{%- macro spark__without_addresses(column) -%}
    regexp_replace({{ column }}, r'[^\s<>()",;:]+@[^\s<>()",;:]+', '***')
{%- endmacro -%}
