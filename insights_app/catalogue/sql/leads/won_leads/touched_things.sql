with
    names as (
        -- include names_of_touched
    )

select
    touches.entity_type,
    -- include path_of_touched
    touches.entity_id,
    coalesce(any_value(names.name), touches.entity_id) as about,
    -- include counts_of_touches
from mart_lead_touches as touches
inner join mart_lead_insights as leads using (lead_id)
left join names using (entity_type, entity_id)
where leads.status = 'won' and cast(leads.created_at as date) between $from and $to
group by touches.entity_type, touches.entity_id
