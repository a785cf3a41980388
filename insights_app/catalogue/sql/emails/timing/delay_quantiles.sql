with
    messages as (
        select
            (epoch_us(first_opened_human_at) - epoch_us(sent_at)) / 1000000 as opened_after,
            (epoch_us(first_clicked_human_at) - epoch_us(sent_at)) / 1000000 as clicked_after
        from fct_email_messages
        where
            ($id = '' or email_id = $id)
            and send_date between $from and $to
            and ($journey is null or journey_id = $journey)
            and sent_at is not null
    ),

    measured as (
        select
            count(opened_after) as opened,
            quantile_cont(opened_after, [0.25, 0.5, 0.9]) as opened_parts,
            count(clicked_after) as clicked,
            quantile_cont(clicked_after, [0.25, 0.5, 0.9]) as clicked_parts
        from messages
    )

select 'opened' as what, opened as messages, opened_parts[1] as quarter, opened_parts[2] as half, opened_parts[3] as most
from measured
where opened > 0
union all
select 'clicked', clicked, clicked_parts[1], clicked_parts[2], clicked_parts[3]
from measured
where clicked > 0
