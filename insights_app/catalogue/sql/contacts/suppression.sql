with
    told as (
        select entity_id as email_id, occurred_at, interaction_type, detail as reason
        from mart_contact_timeline
        where contact_id = $id and interaction_type in ('email_bounced', 'email_feedback_loop')
        order by interaction_type = 'email_feedback_loop' desc, occurred_at desc, interaction_id
        limit 1
    )

select
    kpis.suppression_status,
    kpis.suppression_status as why,
    kpis.suppressed_until,
    told.occurred_at as told_at,
    told.email_id,
    coalesce(emails.name, told.email_id) as told_of,
    case told.interaction_type when 'email_feedback_loop' then 'complaint' else told.reason end as reason
from mart_contact_email_kpis as kpis
left join told on true
left join dim_email as emails on told.email_id = emails.email_id
where kpis.contact_id = $id
