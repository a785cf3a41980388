with
    -- Minutes; no function of calendars, which would take ten times as long.
    messages as (
        select
            (epoch_us(first_opened_human_at) - epoch_us(sent_at)) / 60000000 as opened_after,
            (epoch_us(first_clicked_human_at) - epoch_us(sent_at)) / 60000000 as clicked_after
        from fct_email_messages
        where
            ($id = '' or email_id = $id)
            and send_date between $from and $to
            and ($journey is null or journey_id = $journey)
            and sent_at is not null
    ),

    groups as (
        select
            case
                when opened_after <= 5 then 5
                when opened_after <= 15 then 15
                when opened_after <= 60 then 60
                when opened_after <= 240 then 240
                when opened_after <= 1440 then 1440
                when opened_after <= 4320 then 4320
                when opened_after <= 10080 then 10080
                when opened_after is not null then 0
            end as opened_within,
            case
                when clicked_after <= 5 then 5
                when clicked_after <= 15 then 15
                when clicked_after <= 60 then 60
                when clicked_after <= 240 then 240
                when clicked_after <= 1440 then 1440
                when clicked_after <= 4320 then 4320
                when clicked_after <= 10080 then 10080
                when clicked_after is not null then 0
            end as clicked_within,
            count(*) as messages
        from messages
        group by all
    ),

    opened as (select opened_within as minutes, sum(messages) as messages from groups group by opened_within),

    clicked as (select clicked_within as minutes, sum(messages) as messages from groups group by clicked_within),

    limits as (
        select *
        from (
            values
            (5, '5 minutes'),
            (15, '15 minutes'),
            (60, '1 hour'),
            (240, '4 hours'),
            (1440, '1 day'),
            (4320, '3 days'),
            (10080, '1 week')
        ) as limits (minutes, within)
    ),

    reached as (
        select
            limits.minutes,
            limits.within,
            sum(coalesce(opened.messages, 0)) over (order by limits.minutes) as opened_messages,
            sum(coalesce(clicked.messages, 0)) over (order by limits.minutes) as clicked_messages,
            (select sum(messages) from opened where minutes is not null) as all_opened,
            (select sum(messages) from clicked where minutes is not null) as all_clicked
        from limits
        left join opened on limits.minutes = opened.minutes
        left join clicked on limits.minutes = clicked.minutes
    )

select
    within,
    opened_messages / all_opened as opened,
    clicked_messages / all_clicked as clicked,
    opened_messages::bigint as opened_messages,
    clicked_messages::bigint as clicked_messages
from reached
where all_opened > 0
order by minutes
