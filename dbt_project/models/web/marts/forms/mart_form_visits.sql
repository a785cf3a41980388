{{ config(materialized="view") }}

with visits as (select * from {{ ref("fct_form_visits") }} where form_id <> 'unknown')

select interaction_id, form_id, page_id, visitor_key, occurred_at, country, is_machine
from visits
