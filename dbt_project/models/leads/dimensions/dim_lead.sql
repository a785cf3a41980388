{{
    config(
        materialized="incremental",
        unique_key="lead_id",
    )
}}

with
    known as (select * from {{ ref("int_leads") }}),

    standings as (select * from {{ ref("int_lead_standings") }}),

    ids as ({{ dimension_ids("lead", "known", "lead_id") }})

select
    ids.lead_id,
    known.contact_id,
    known.account_id,
    known.topic,
    standings.stage,
    known.status,
    known.created_at,
    known.closed_at,
    known.source_email_id,
    known.source_journey_id,
    known.source_page_id,
    known.source_form_id
from ids
left join known on ids.lead_id = known.lead_id
left join standings on known.lead_id = standings.lead_id
