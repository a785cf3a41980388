{#- Interactions that concern an e-mail message. -#}
{%- macro is_email_interaction(column) -%}
    {{ column }} like 'email~_%' escape '~'
{%- endmacro -%}
