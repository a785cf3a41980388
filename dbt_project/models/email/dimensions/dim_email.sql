{{
    config(
        materialized="incremental",
        unique_key="email_id",
    )
}}

with
    known as (select * from {{ ref("int_emails") }}),

    ids as ({{ dimension_ids("email", "known", "email_id") }})

select ids.email_id, known.name, known.subject, known.html
from ids
left join known on ids.email_id = known.email_id
