-- Fails with messages whose send date is not the reporting time zone's date of their
-- first attempt (sent, blocked or failed), or of their first event where no attempt is
-- known. Every email KPI is then counted on a wrong day.
with
    events as (
        select *
        from {{ ref("fct_email_events") }}
        where
            {{
                is_to_be_tested(
                    "message_key", ["fct_email_events", "fct_email_messages"]
                )
            }}
    ),

    messages as (select * from {{ ref("fct_email_messages") }}),

    attempts as (
        select
            message_key,
            min(
                case
                    when
                        interaction_type
                        in ('email_sent', 'email_blocked', 'email_sending_failed')
                    then occurred_at
                end
            ) as first_attempt_at,
            min(occurred_at) as first_event_at
        from events
        group by message_key
    ),

    dated as (
        select
            message_key,
            {{ reporting_date("coalesce(first_attempt_at, first_event_at)") }}
            as expected_date
        from attempts
    )

select messages.message_key, messages.send_date, dated.expected_date
from messages
inner join dated on messages.message_key = dated.message_key
where messages.send_date is null or messages.send_date <> dated.expected_date
