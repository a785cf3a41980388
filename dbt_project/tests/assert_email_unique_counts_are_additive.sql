-- Fails with emails whose opened or clicked messages, counted once straight from the
-- events, are not the sum of the daily unique counts. A message is then counted on
-- several days, tiles or journeys, and a From/To filter shows too many.
with
    events as (
        select *
        from {{ ref("fct_email_events") }}
        where
            {{
                is_to_be_tested(
                    "email_id", ["fct_email_events", "mart_email_kpis_daily"]
                )
            }}
    ),

    daily as (
        select *
        from {{ ref("mart_email_kpis_daily") }}
        where
            {{
                is_to_be_tested(
                    "email_id", ["fct_email_events", "mart_email_kpis_daily"]
                )
            }}
    ),

    responded as (
        select
            email_id,
            count(
                distinct case
                    when interaction_type = 'email_opened' then message_key
                end
            ) as opened_messages,
            count(
                distinct case
                    when interaction_type = 'email_clicked' then message_key
                end
            ) as clicked_messages
        from events
        group by email_id
    ),

    summed as (
        select
            email_id,
            sum(opened_unique) as opened_unique,
            sum(clicked_unique) as clicked_unique
        from daily
        group by email_id
    )

select
    coalesce(responded.email_id, summed.email_id) as email_id,
    responded.opened_messages,
    summed.opened_unique,
    responded.clicked_messages,
    summed.clicked_unique
from responded
full outer join summed on responded.email_id = summed.email_id
where
    coalesce(responded.opened_messages, 0) <> coalesce(summed.opened_unique, 0)
    or coalesce(responded.clicked_messages, 0) <> coalesce(summed.clicked_unique, 0)
