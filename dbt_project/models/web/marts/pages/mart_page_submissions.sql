{{ config(materialized="view", meta={"rows_of": "fct_form_submissions"}) }}

with
    submissions as (
        select * from {{ ref("fct_form_submissions") }} where page_id <> 'unknown'
    ),

    pages as (select * from {{ ref("dim_page") }}),

    journeys as (select * from {{ ref("dim_journey") }}),

    emails as (select * from {{ ref("dim_email") }})

select
    submissions.submission_id,
    submissions.page_id,
    pages.name as page_name,
    submissions.journey_id,
    journeys.name as journey_name,
    submissions.contact_id,
    submissions.submitted_at,
    submissions.submitted_values,
    submissions.attributed_message_key,
    submissions.attributed_email_id,
    emails.name as attributed_email_name,
    submissions.attributed_journey_id,
    attributed_journeys.name as attributed_journey_name
from submissions
left join pages on submissions.page_id = pages.page_id
left join journeys on submissions.journey_id = journeys.journey_id
left join emails on submissions.attributed_email_id = emails.email_id
left join
    journeys as attributed_journeys
    on submissions.attributed_journey_id = attributed_journeys.journey_id
