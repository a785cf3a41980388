{{ config(materialized="view", meta={"rows_of": "fct_redirect_clicks"}) }}

with
    clicks as (
        select *
        from {{ ref("fct_redirect_clicks") }}
        where redirect_url_id <> 'unknown'
    ),

    redirect_urls as (select * from {{ ref("dim_redirect_url") }})

select
    clicks.interaction_id,
    clicks.redirect_url_id,
    redirect_urls.name as redirect_url_name,
    clicks.contact_id,
    clicks.visitor_key,
    clicks.occurred_at,
    clicks.country,
    clicks.is_machine
from clicks
left join redirect_urls on clicks.redirect_url_id = redirect_urls.redirect_url_id
