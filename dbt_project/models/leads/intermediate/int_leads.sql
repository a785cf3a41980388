{{ config(materialized="view") }}

with
    leads as (select * from {{ ref("int_newest_leads") }}),

    merged as (select * from {{ ref("int_merged_contacts") }})

select
    leads.lead_id,
    leads.snapshot_date,
    leads.feed,
    leads.file,
    leads.line_number,
    coalesce(merged.survivor_contact_id, leads.contact_id) as contact_id,
    leads.account_id,
    leads.topic,
    leads.stage,
    leads.status,
    leads.created_at,
    leads.closed_at,
    leads.source_email_id,
    leads.source_journey_id,
    leads.source_page_id,
    leads.source_form_id
from leads
left join merged on leads.contact_id = merged.contact_id
