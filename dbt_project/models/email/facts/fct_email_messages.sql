{{
    config(
        materialized="incremental",
        unique_key="message_key",
        meta=follows(
            ["message_key"],
            {
                "fct_email_events": none,
                "int_email_messages": none,
                "int_submission_attributions": none,
            },
        ),
    )
}}

with
    events as (
        select events.*
        from {{ ref("fct_email_events") }} as events
        where {{ is_touched("events") }}
    ),

    messages as (select * from {{ ref("int_email_messages") }}),

    attributions as (
        select message_key, count(*) as generated_leads
        from {{ ref("int_submission_attributions") }}
        where has_created_lead
        group by message_key
    ),

    histories as (
        select
            message_key,
            min(occurred_at) as first_event_at,
            min(
                case when interaction_type = 'email_sent' then occurred_at end
            ) as sent_at,
            min(
                case
                    when
                        interaction_type
                        in ('email_sent', 'email_blocked', 'email_sending_failed')
                    then occurred_at
                end
            ) as attempted_at,
            -- A delivery, open or click proves that the message arrived.
            max(
                case
                    when
                        interaction_type
                        in ('email_delivered', 'email_opened', 'email_clicked')
                    then occurred_at
                end
            ) as last_proof_at,
            max(
                case
                    when interaction_type = 'email_bounced' and bounce_type = 'soft'
                    then occurred_at
                end
            ) as last_soft_bounce_at,
            {{ event_count("email_blocked") }} as blocks,
            {{ event_count("email_sending_failed") }} as failures,
            {{ event_count("email_bounced") }} as bounces,
            {{ event_count("email_bounced", "bounce_type = 'hard'") }} as hard_bounces,
            {{ event_count("email_bounced", "bounce_type = 'other'") }}
            as other_bounces,
            {{ event_count("email_opened") }} as opened_total,
            {{ event_count("email_opened", "not is_machine") }} as opened_total_human,
            {{ event_count("email_clicked") }} as clicked_total,
            {{ event_count("email_clicked", "not is_machine") }} as clicked_total_human,
            {{ event_count("email_forwarded") }} as forwarded,
            {{ event_count("email_feedback_loop") }} as complaints,
            {{ event_count("email_unsubscribed") }} as unsubscriptions,
            {{ event_count("email_subscription_submitted") }} as submissions,
            min(
                case when interaction_type = 'email_opened' then occurred_at end
            ) as first_opened_at,
            min(
                case when interaction_type = 'email_clicked' then occurred_at end
            ) as first_clicked_at,
            min(
                case
                    when interaction_type = 'email_opened' and not is_machine
                    then occurred_at
                end
            ) as first_opened_human_at,
            min(
                case
                    when interaction_type = 'email_clicked' and not is_machine
                    then occurred_at
                end
            ) as first_clicked_human_at
        from events
        group by message_key
    ),

    -- A delivery, bounce, open or click beats a block or failure; a block beats a
    -- failure.
    outcomes as (
        select
            *,
            case
                when last_proof_at is null and bounces = 0 and blocks > 0
                then 'blocked'
                when last_proof_at is null and bounces = 0 and failures > 0
                then 'sending_failed'
                when hard_bounces > 0
                then 'bounced_hard'
                when other_bounces > 0
                then 'bounced_other'
                when
                    last_soft_bounce_at is not null
                    and (last_proof_at is null or last_proof_at <= last_soft_bounce_at)
                then 'bounced_soft'
                else 'delivered'
            end as delivery_status
        from histories
    ),

    explanations as (
        select
            events.message_key,
            events.reason,
            row_number() over (
                partition by events.message_key
                order by events.occurred_at, events.interaction_id
            ) as choice
        from events
        inner join outcomes on events.message_key = outcomes.message_key
        where
            events.reason is not null
            and (
                (
                    events.interaction_type = 'email_bounced'
                    and outcomes.delivery_status = 'bounced_' || events.bounce_type
                )
                or events.interaction_type = 'email_' || outcomes.delivery_status
                and outcomes.delivery_status in ('blocked', 'sending_failed')
            )
    ),

    reasons as (select message_key, reason from explanations where choice = 1)

select
    outcomes.message_key,
    messages.feed,
    messages.email_id,
    messages.journey_id,
    messages.iteration_id,
    messages.tile_id,
    messages.contact_id,
    messages.recipient_domain,
    {{ reporting_date("coalesce(outcomes.attempted_at, outcomes.first_event_at)") }}
    as send_date,
    case
        when outcomes.delivery_status not in ('blocked', 'sending_failed')
        then coalesce(outcomes.sent_at, outcomes.first_event_at)
    end as sent_at,
    outcomes.first_event_at,
    outcomes.delivery_status,
    reasons.reason,
    true as was_targeted,
    outcomes.delivery_status = 'blocked' as was_blocked,
    outcomes.delivery_status = 'sending_failed' as was_sending_failed,
    outcomes.delivery_status not in ('blocked', 'sending_failed') as was_sent,
    outcomes.delivery_status = 'bounced_hard' as was_bounced_hard,
    outcomes.delivery_status = 'bounced_soft' as was_bounced_soft,
    outcomes.delivery_status = 'bounced_other' as was_bounced_other,
    outcomes.delivery_status
    in ('bounced_hard', 'bounced_soft', 'bounced_other') as was_bounced,
    outcomes.delivery_status = 'delivered' as was_delivered,
    outcomes.delivery_status = 'delivered'
    and outcomes.last_proof_at is not null as was_delivered_confirmed,
    outcomes.opened_total,
    outcomes.opened_total_human,
    outcomes.clicked_total,
    outcomes.clicked_total_human,
    outcomes.forwarded,
    outcomes.opened_total > 0 as was_opened,
    outcomes.opened_total_human > 0 as was_opened_human,
    outcomes.clicked_total > 0 as was_clicked,
    outcomes.clicked_total_human > 0 as was_clicked_human,
    outcomes.delivery_status = 'delivered'
    and outcomes.opened_total = 0 as did_not_open,
    outcomes.complaints > 0 as was_feedback_loop,
    outcomes.unsubscriptions > 0 as was_unsubscribed,
    outcomes.submissions > 0 as was_subscription_submitted,
    coalesce(attributions.generated_leads, 0) as generated_leads,
    outcomes.first_opened_at,
    outcomes.first_clicked_at,
    outcomes.first_opened_human_at,
    outcomes.first_clicked_human_at
from outcomes
inner join messages on outcomes.message_key = messages.message_key
left join reasons on outcomes.message_key = reasons.message_key
left join attributions on outcomes.message_key = attributions.message_key
