{{ config(materialized="view", meta={"rows_of": "fct_form_visits"}) }}

with
    visits as (select * from {{ ref("fct_form_visits") }} where form_id <> 'unknown'),

    forms as (select * from {{ ref("dim_form") }}),

    pages as (select * from {{ ref("dim_page") }})

select
    visits.interaction_id,
    visits.form_id,
    forms.name as form_name,
    visits.page_id,
    pages.name as page_name,
    visits.visitor_key,
    visits.occurred_at,
    visits.country,
    visits.is_machine
from visits
left join forms on visits.form_id = forms.form_id
left join pages on visits.page_id = pages.page_id
