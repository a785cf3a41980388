{{ config(materialized="view") }}

with
    clicks as (
        select *
        from {{ ref("fct_redirect_clicks") }}
        where redirect_url_id <> 'unknown'
    )

select
    interaction_id,
    redirect_url_id,
    contact_id,
    visitor_key,
    occurred_at,
    country,
    is_machine
from clicks
