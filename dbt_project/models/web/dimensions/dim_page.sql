{{
    config(
        materialized="incremental",
        unique_key="page_id",
    )
}}

with
    known as (select * from {{ ref("int_pages") }}),

    ids as ({{ dimension_ids("page", "known", "page_id") }})

select ids.page_id, known.name, known.url, known.form_id
from ids
left join known on ids.page_id = known.page_id
