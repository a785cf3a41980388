{{ config(materialized="view") }}

with responses as (select * from {{ ref("fct_survey_responses") }})

select interaction_id, contact_id, survey_id, occurred_at, score, answers
from responses
