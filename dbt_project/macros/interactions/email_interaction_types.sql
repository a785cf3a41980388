{#- Interactions that concern an e-mail message. -#}
{%- macro is_email_interaction(column) -%}
    {{ column }} like 'email~_%' escape '~'
{%- endmacro -%}

{#- E-mail interactions that prove no message: what a person did to a list. They count for a message that their
    ids name; without one they are `consent_changed` of the contact, see int_activity_interactions. -#}
{%- macro is_subscription_interaction(column) -%}
    {{ column }} in ('email_unsubscribed', 'email_subscription_submitted')
{%- endmacro -%}

{#- The type of a record that takes a delivery back. It is staged among the interactions, so that
    its message is found like any other's, but it does not count as an interaction: see
    int_withdrawn_deliveries. -#}
{%- macro withdrawn_delivery_type() -%} email_delivery_withdrawn {%- endmacro -%}
