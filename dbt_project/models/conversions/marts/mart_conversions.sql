{{ config(materialized="view", meta={"rows_of": "fct_conversions"}) }}

with
    conversions as (select * from {{ ref("fct_conversions") }}),

    emails as (select * from {{ ref("dim_email") }}),

    journeys as (select * from {{ ref("dim_journey") }})

select
    conversions.interaction_id,
    conversions.contact_id,
    conversions.order_id,
    conversions.occurred_at,
    conversions.conversion_date,
    conversions.amount,
    conversions.currency,
    {%- for touch in ["first_touch", "last_touch"] %}
        conversions.{{ touch }}_type,
        conversions.{{ touch }}_email_id,
        {{ touch }}_emails.name as {{ touch }}_email_name,
        conversions.{{ touch }}_journey_id,
        {{ touch }}_journeys.name as {{ touch }}_journey_name,
        conversions.{{ touch }}_campaign
        {%- if not loop.last %},{% endif -%}
    {%- endfor %}
from conversions
{%- for touch in ["first_touch", "last_touch"] %}
    left join
        emails as {{ touch }}_emails
        on conversions.{{ touch }}_email_id = {{ touch }}_emails.email_id
    left join
        journeys as {{ touch }}_journeys
        on conversions.{{ touch }}_journey_id = {{ touch }}_journeys.journey_id
{%- endfor %}
