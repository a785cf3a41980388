{{ config(materialized="view") }}

with
    submissions as (
        select * from {{ ref("fct_form_submissions") }} where page_id <> 'unknown'
    )

select
    submission_id,
    page_id,
    journey_id,
    contact_id,
    submitted_at,
    submitted_values,
    attributed_message_key,
    attributed_email_id,
    attributed_journey_id
from submissions
