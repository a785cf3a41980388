{{
    config(
        materialized="incremental",
        unique_key="contact_id",
        meta=follows(
            ["contact_id"],
            {
                "int_newest_contacts": none,
                "int_merged_contacts": none,
                "int_accounts": {
                    "through": "int_newest_contacts",
                    "by": {"account_id": "account_id"},
                },
                "int_mentioned_ids": {
                    "columns": {"contact_id": "entity_id"},
                    "where": "entity_type = 'contact'",
                },
                "int_crm_references": {
                    "columns": {"contact_id": "entity_id"},
                    "where": "entity_type = 'contact'",
                },
            },
        ),
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
where merged.contact_id is null and {{ is_touched("ids") }}
