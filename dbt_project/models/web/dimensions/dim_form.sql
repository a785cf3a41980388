{{
    config(
        materialized="incremental",
        unique_key="form_id",
    )
}}

with
    known as (select * from {{ ref("int_forms") }}),

    ids as ({{ dimension_ids("form", "known", "form_id") }})

select ids.form_id, known.name
from ids
left join known on ids.form_id = known.form_id
