{{
    config(
        materialized="incremental",
        unique_key="contact_id",
    )
}}

with
    contacts as (select * from {{ ref("int_newest_contacts") }}),

    merged as (select * from {{ ref("int_merged_contacts") }}),

    suppressions as (select * from {{ ref("int_address_suppressions") }})

select
    contacts.contact_id, suppressions.suppression_status, suppressions.suppressed_until
from contacts
inner join suppressions on contacts.email = suppressions.address
left join merged on contacts.contact_id = merged.contact_id
where merged.contact_id is null and suppressions.suppression_status <> 'none'
