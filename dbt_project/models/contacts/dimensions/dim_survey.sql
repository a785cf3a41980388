{{
    config(
        materialized="incremental",
        unique_key="survey_id",
    )
}}

with
    known as (select * from {{ ref("int_surveys") }}),

    ids as ({{ dimension_ids("survey", "known", "survey_id") }})

select ids.survey_id, known.name
from ids
left join known on ids.survey_id = known.survey_id
