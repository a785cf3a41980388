{{
    config(
        materialized="incremental",
        unique_key="contact_id",
    )
}}

{#- How many times the distance along a chain of merges is doubled: 6 doublings follow 64 merges.
    -#}
{%- set doublings = 6 -%}

with
    contacts as (select * from {{ ref("int_newest_contacts") }}),

    merges_0 as (
        select contact_id, merged_into
        from contacts
        where
            merged_into <> contact_id
            and merged_into <> 'unknown'
            and contact_id <> 'unknown'
    ),

    {%- for step in range(doublings) %}
        -- Double the distance followed along the chain of merges; at its end the
        -- contact stays.
        merges_{{ step + 1 }} as (
            select
                merges.contact_id,
                coalesce(further.merged_into, merges.merged_into) as merged_into
            from merges_{{ step }} as merges
            left join
                merges_{{ step }} as further on merges.merged_into = further.contact_id
        ),

    {%- endfor %}
    -- In a circle of merges, there is no contact left to merge into.
    survivors as (
        select merges.contact_id, merges.merged_into as survivor_contact_id
        from merges_{{ doublings }} as merges
        left join merges_0 as merged on merges.merged_into = merged.contact_id
        where merged.contact_id is null
    )

select contact_id, survivor_contact_id
from survivors
