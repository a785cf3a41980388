select
    touches.interaction_type,
    -- include counts_of_touches
from mart_lead_touches as touches
inner join mart_lead_insights as leads using (lead_id)
where leads.status = 'won' and cast(leads.created_at as date) between $from and $to
group by touches.interaction_type
order by first desc, last_before_created desc, touches.interaction_type
