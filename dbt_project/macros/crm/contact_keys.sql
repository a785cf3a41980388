{#- The key of a merged contact in `int_contact_addresses`; it cannot be mistaken for an address. -#}
{%- macro key_of_contact(contact_id) -%} 'contact:' || {{ contact_id }} {%- endmacro -%}

{#- The key by which an event's contact is looked up: the contact that it names, else its address. One
    expression, because a condition on one side alone would be planned as a nested loop. -#}
{%- macro key_of_party(interactions) -%}
    coalesce(
        {{ key_of_contact(interactions ~ ".named_contact_id") }},
        {{ interactions }}.recipient
    )
{%- endmacro -%}
