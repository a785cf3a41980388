with
    quarters as (
        select
            epoch_us(sent_at) // 900000000 as quarter,
            count(case when was_delivered then 1 end) as delivered,
            count(case when was_opened_human then 1 end) as opened,
            count(case when was_clicked_human then 1 end) as clicked
        from fct_email_messages
        where
            ($id = '' or email_id = $id)
            and send_date between $from and $to
            and ($journey is null or journey_id = $journey)
            and sent_at is not null
        group by quarter
    ),

    moments as (select *, timezone(coalesce($zone, (select reporting_time_zone from build_info)), to_timestamp(quarter * 900)) as sent_at from quarters)

select
    isodow(sent_at) as day,
    hour(sent_at) as hour,
    sum(delivered)::bigint as delivered,
    sum(opened)::bigint as opened,
    sum(clicked)::bigint as clicked,
    sum(opened) / nullif(sum(delivered), 0) as opened_rate,
    sum(clicked) / nullif(sum(delivered), 0) as clicked_rate
from moments
group by day, hour
order by day, hour
