select
    send_date as day,
    sum(case when $people then opened_unique_human else opened_unique end) / nullif(sum(delivered), 0) as open_rate,
    sum(case when $people then clicked_unique_human else clicked_unique end) / nullif(sum(delivered), 0) as click_rate
from mart_email_kpis_daily
where send_date between $from and $to and ($journey is null or journey_id = $journey)
group by day
order by day
