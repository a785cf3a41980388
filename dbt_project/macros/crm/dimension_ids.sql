{#- SQL that lists every id a dimension needs a row for: known to the CRM, named by an interaction,
    referred to by another entity of the CRM, and `unknown`. -#}
{%- macro dimension_ids(entity, known, key) -%}
    select {{ key }}
    from {{ known }}
    union
    select entity_id as {{ key }}
    from {{ ref("int_mentioned_ids") }}
    where entity_type = '{{ entity }}'
    union
    select entity_id as {{ key }}
    from {{ ref("int_crm_references") }}
    where entity_type = '{{ entity }}'
    union
    select 'unknown' as {{ key }}
{%- endmacro -%}
