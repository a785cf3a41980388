with
    names as (
        -- include names_of_touched
    ),

    touches as (
        select touches.*, touches.interaction_type || ': ' || coalesce(names.name, touches.entity_id) as words
        from mart_lead_touches as touches
        left join names using (entity_type, entity_id)
    )

select
    leads.lead_id,
    leads.contact_id,
    leads.created_at,
    leads.age_days,
    max(case when touches.touch = 'first' then touches.occurred_at end) as first_at,
    max(case when touches.touch = 'first' then touches.words end) as first_touch,
    max(case when touches.touch = 'last_before_created' then touches.words end) as last_before_created,
    max(case when touches.touch = 'last_before_closed' then touches.words end) as last_before_closed
from mart_lead_insights as leads
left join touches using (lead_id)
where leads.status = 'won' and cast(leads.created_at as date) between $from and $to
group by all
