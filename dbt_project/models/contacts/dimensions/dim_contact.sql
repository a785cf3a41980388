{{
    config(
        materialized="incremental",
        unique_key="contact_id",
    )
}}

with
    known as (select * from {{ ref("int_newest_contacts") }}),

    merged as (select * from {{ ref("int_merged_contacts") }}),

    accounts as (select * from {{ ref("int_accounts") }}),

    ids as ({{ dimension_ids("contact", "known", "contact_id") }})

select
    ids.contact_id,
    known.email,
    known.first_name,
    known.last_name,
    known.account_id,
    accounts.name as account_name,
    known.country,
    known.created_at,
    known.do_not_bulk_email,
    known.consent_level
from ids
left join known on ids.contact_id = known.contact_id
left join accounts on known.account_id = accounts.account_id
left join merged on ids.contact_id = merged.contact_id
where merged.contact_id is null
