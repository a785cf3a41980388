select
    touches.journey_id,
    coalesce(any_value(journeys.name), touches.journey_id) as journey,
    count(case when touches.touch = 'first' then 1 end) as first,
    count(case when touches.touch = 'last_before_created' then 1 end) as last_before_created,
    count(case when touches.touch = 'last_before_closed' then 1 end) as last_before_closed
from mart_lead_touches as touches
inner join mart_lead_insights as leads using (lead_id)
left join dim_journey as journeys using (journey_id)
where leads.status = 'won' and touches.journey_id is not null and cast(leads.created_at as date) between $from and $to
group by touches.journey_id
