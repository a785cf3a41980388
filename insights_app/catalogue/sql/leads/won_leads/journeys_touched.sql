select
    touches.journey_id,
    coalesce(any_value(journeys.name), touches.journey_id) as journey,
    -- include counts_of_touches
from mart_lead_touches as touches
inner join mart_lead_insights as leads using (lead_id)
left join dim_journey as journeys using (journey_id)
where leads.status = 'won' and touches.journey_id is not null and cast(leads.created_at as date) between $from and $to
group by touches.journey_id
