{{ config(materialized="view", meta={"rows_of": "fct_form_submissions"}) }}

with
    submissions as (
        select * from {{ ref("fct_form_submissions") }} where form_id <> 'unknown'
    ),

    forms as (select * from {{ ref("dim_form") }}),

    pages as (select * from {{ ref("dim_page") }}),

    emails as (select * from {{ ref("dim_email") }}),

    journeys as (select * from {{ ref("dim_journey") }})

select
    submissions.submission_id,
    submissions.form_id,
    forms.name as form_name,
    submissions.page_id,
    pages.name as page_name,
    submissions.contact_id,
    submissions.submitted_at,
    submissions.contact_result,
    submissions.lead_result,
    submissions.submitted_values,
    submissions.attributed_message_key,
    submissions.attributed_email_id,
    emails.name as attributed_email_name,
    submissions.attributed_journey_id,
    journeys.name as attributed_journey_name
from submissions
left join forms on submissions.form_id = forms.form_id
left join pages on submissions.page_id = pages.page_id
left join emails on submissions.attributed_email_id = emails.email_id
left join journeys on submissions.attributed_journey_id = journeys.journey_id
