{{ config(materialized="view", meta={"rows_of": "fct_survey_responses"}) }}

with
    responses as (select * from {{ ref("fct_survey_responses") }}),

    surveys as (select * from {{ ref("dim_survey") }})

select
    responses.interaction_id,
    responses.contact_id,
    responses.survey_id,
    surveys.name as survey_name,
    responses.occurred_at,
    responses.score,
    responses.answers
from responses
left join surveys on responses.survey_id = surveys.survey_id
