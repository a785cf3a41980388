{{ config(materialized="view") }}

with
    submissions as (
        select * from {{ ref("fct_form_submissions") }} where form_id <> 'unknown'
    )

select
    submission_id,
    form_id,
    page_id,
    contact_id,
    submitted_at,
    contact_result,
    lead_result,
    submitted_values,
    attributed_message_key,
    attributed_email_id,
    attributed_journey_id
from submissions
