{{
    config(
        materialized="incremental",
        unique_key="website_id",
    )
}}

with
    known as (select * from {{ ref("int_websites") }}),

    ids as ({{ dimension_ids("website", "known", "website_id") }})

select ids.website_id, known.name, known.hosts
from ids
left join known on ids.website_id = known.website_id
