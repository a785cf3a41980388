{{ config(materialized="view") }}

with
    submissions as (
        select * from {{ ref("fct_form_submissions") }} where contact_id <> 'unknown'
    )

select submission_id, contact_id, form_id, page_id, submitted_at, submitted_values
from submissions
