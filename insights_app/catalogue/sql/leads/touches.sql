with
    names as (
        -- include names_of_touched
    )

select
    touches.touch,
    touches.occurred_at,
    touches.interaction_type,
    -- include path_of_touched
    touches.entity_id,
    coalesce(names.name, touches.entity_id) as about,
    touches.journey_id
from mart_lead_touches as touches
left join names using (entity_type, entity_id)
where touches.lead_id = $id
