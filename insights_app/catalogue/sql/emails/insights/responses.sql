select
    cast(interaction_hour as date) as day,
    sum(case when interaction_type = 'email_opened' then interactions_counted end)::bigint as opens,
    sum(case when interaction_type = 'email_clicked' then interactions_counted end)::bigint as clicks
from (
    select *, case when $people then interactions_human else interactions end as interactions_counted
    from mart_email_responses_hourly
    where email_id = $id and interaction_type in ('email_opened', 'email_clicked')
) as responses
where
    cast(interaction_hour as date) between $from and $to
    and ($journey is null or journey_id = $journey)
group by day
order by day
