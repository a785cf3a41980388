{#- Interactions that concern an e-mail message. -#}
{%- macro is_email_interaction(column) -%}
    {{ column }} like 'email~_%' escape '~'
{%- endmacro -%}

{#- A record that takes a delivery back. It stands among the interactions, so that its message is found like
    any other's, but it is none: see int_withdrawn_deliveries. -#}
{%- macro withdrawn_delivery_type() -%} email_delivery_withdrawn {%- endmacro -%}
