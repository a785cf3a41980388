{#- The key of a merged contact in `int_contact_addresses`; it cannot be mistaken for an address. -#}
{%- macro key_of_contact(contact_id) -%} 'contact:' || {{ contact_id }} {%- endmacro -%}

{#- SQL for the key by which an event's contact is looked up: the contact that it names, else its
    address. It is one expression, because DuckDB plans a join condition on one side alone as a
    nested loop. -#}
{%- macro key_of_party(interactions) -%}
    coalesce(
        {{ key_of_contact(interactions ~ ".named_contact_id") }},
        {{ interactions }}.recipient
    )
{%- endmacro -%}
