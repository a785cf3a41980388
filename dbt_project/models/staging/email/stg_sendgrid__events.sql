{#- One row per event row that SendGrid reported and this build takes in. Dropped messages are blocks of the
    recipient, except where the message itself was at fault; a receiver's block is a soft bounce. -#}
with
    events as (select * from {{ source("raw", "sendgrid") }}),

    cleaned as (select *, lower(coalesce(reason, '')) as reason_words from events),

    -- A drop is a block of the recipient, unless the message itself could not be sent.
    typed as (
        select
            *,
            case
                when event = 'processed'
                then 'email_sent'
                when event = 'delivered'
                then 'email_delivered'
                when event = 'deferred'
                then 'email_deferred'
                when event = 'bounce'
                then 'email_bounced'
                when
                    event = 'dropped'
                    and (
                        reason_words like 'invalid smtpapi header%'
                        or reason_words like '%over package quota%'
                        or reason_words like 'spam content%'
                    )
                then 'email_sending_failed'
                when event = 'dropped'
                then 'email_blocked'
                when event = 'open'
                then 'email_opened'
                when event = 'click'
                then 'email_clicked'
                when event = 'spamreport'
                then 'email_feedback_loop'
                when event in ('unsubscribe', 'group_unsubscribe')
                then 'email_unsubscribed'
                when event = 'group_resubscribe'
                then 'email_subscription_submitted'
            end as interaction_type
        from cleaned
    ),

    judged as (
        select
            *,
            case
                when interaction_type <> 'email_bounced'
                then null
                when is_asynchronous
                then 'other'
                when bounce_type in ('blocked', 'expired')
                then 'soft'
                when {{ says_nothing_of_address("null", "status", "reason") }}
                then 'soft'
                else 'hard'
            end as bounce,
            case
                when interaction_type <> 'email_blocked'
                then reason
                when reason_words like '%unsubscribe%'
                then 'do_not_bulk_email'
                when reason_words like 'invalid%'
                then 'invalid_address'
                when
                    reason_words like 'bounced address%'
                    or reason_words like 'spam reporting address%'
                then 'suppressed'
                else 'other'
            end as why,
            -- SendGrid's retries can bring an event under another sg_event_id, so the
            -- content is the key, to the second.
            {{
                content_key(
                    [
                        "feed",
                        "coalesce(message_id, header_message_id)",
                        "lower(trim(recipient))",
                        "event",
                        "floor("
                        ~ epoch_microseconds("occurred_at")
                        ~ " / 1000000.0)",
                        "url",
                        "ip",
                        "user_agent",
                    ]
                )
            }} as content
        from typed
    )

    {{
        stage_interactions(
            "judged",
            {
                "source_id": "sg_event_id",
                "source_key": "content",
                "source_event": "event",
                "link_url": "url",
                "bounce_type": "bounce",
                "reason": "why",
                "is_machine": "sg_machine_open",
            },
            by_name=[
                "header_message_id",
            ],
        )
    }}
