{{
    config(
        materialized="incremental",
        unique_key="redirect_url_id",
    )
}}

with
    known as (select * from {{ ref("int_redirect_urls") }}),

    ids as ({{ dimension_ids("redirect_url", "known", "redirect_url_id") }})

select ids.redirect_url_id, known.name, known.path, known.target_url
from ids
left join known on ids.redirect_url_id = known.redirect_url_id
