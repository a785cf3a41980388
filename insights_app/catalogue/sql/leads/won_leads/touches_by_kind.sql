select
    replace(touches.interaction_type, '_', ' ') as what,
    count(case when touches.touch = 'first' then 1 end) as first,
    count(case when touches.touch = 'last_before_created' then 1 end) as last_before_created,
    count(case when touches.touch = 'last_before_closed' then 1 end) as last_before_closed
from mart_lead_touches as touches
inner join mart_lead_insights as leads using (lead_id)
where leads.status = 'won' and cast(leads.created_at as date) between $from and $to
group by what
order by first desc, last_before_created desc, what
