{{ config(materialized="view", meta={"rows_of": "fct_form_submissions"}) }}

with
    submissions as (
        select * from {{ ref("fct_form_submissions") }} where contact_id <> 'unknown'
    ),

    forms as (select * from {{ ref("dim_form") }}),

    pages as (select * from {{ ref("dim_page") }})

select
    submissions.submission_id,
    submissions.contact_id,
    submissions.form_id,
    forms.name as form_name,
    submissions.page_id,
    pages.name as page_name,
    submissions.submitted_at,
    submissions.submitted_values
from submissions
left join forms on submissions.form_id = forms.form_id
left join pages on submissions.page_id = pages.page_id
