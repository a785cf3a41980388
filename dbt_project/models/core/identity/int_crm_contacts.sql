{%- set key = ["contact_id", "snapshot_date"] -%}

{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["contact_id", "snapshot_date"],
        meta={"unlogged": ["feed", "file", "line_number", "do_not_bulk_email"]},
    )
}}

with contacts as (select * from {{ ref("stg_crm__contacts") }})

select
    contacts.contact_id,
    contacts.snapshot_date,
    contacts.feed,
    contacts.file,
    contacts.line_number,
    contacts.email,
    contacts.additional_emails,
    contacts.do_not_bulk_email
from contacts
{% if is_incremental() -%}
    left join {{ this }} as known on {{ same_key("contacts", "known", key) }}
    where known.snapshot_date is null or not {{ stands_against("known", "contacts") }}
{%- endif %}
