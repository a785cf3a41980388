with
    messages as (
        select
            was_sent,
            epoch_us(first_opened_human_at) // 900000000 as opened_quarter,
            epoch_us(first_clicked_human_at) // 900000000 as clicked_quarter
        from fct_email_messages
        where
            ($id = '' or email_id = $id)
            and send_date between $from and $to
            and ($journey is null or journey_id = $journey)
    ),

    -- A clock is asked once for a quarter of an hour, the least that zones differ by, and not for each message.
    opens as (
        select timezone(coalesce($zone, (select reporting_time_zone from build_info)), to_timestamp(opened_quarter * 900)) as opened_at, count(*) as opened
        from messages
        where opened_quarter is not null
        group by opened_quarter
    ),

    clicks as (
        select timezone(coalesce($zone, (select reporting_time_zone from build_info)), to_timestamp(clicked_quarter * 900)) as clicked_at, count(*) as clicked
        from messages
        where clicked_quarter is not null
        group by clicked_quarter
    ),

    responses as (
        select isodow(opened_at) as day, hour(opened_at) as hour, opened, 0 as clicked from opens
        union all
        select isodow(clicked_at), hour(clicked_at), 0, clicked from clicks
    ),

    totals as (select count(case when was_sent then 1 end) as sent from messages)

select
    day,
    hour,
    sum(opened)::bigint as opened,
    sum(clicked)::bigint as clicked,
    (select sent from totals) as sent,
    sum(opened) / (select nullif(sent, 0) from totals) as opened_rate,
    sum(clicked) / (select nullif(sent, 0) from totals) as clicked_rate
from responses
group by day, hour
order by day, hour
