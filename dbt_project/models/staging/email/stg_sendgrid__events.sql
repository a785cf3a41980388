{#- One row per event row that SendGrid reported and this build takes in. Dropped messages are blocks of the
    recipient, except where the message itself was at fault. A bounce of type `blocked` or `expired` is soft;
    one without `sg_message_id` came later, by mail: other. The message id is what `sg_message_id` has before
    the names of hosts (`14d1f0a37be.e21.7b03aa` of the old dotted kind); one that begins `filter` is none.
    Then it is the left part of an `smtp-id` of SendGrid's own; by another sender's, equal ones are one
    message. Without any id an event belongs to the address's latest message. -#}
with
    events as (select * from {{ source("raw", "sendgrid") }}),

    cleaned as (select *, lower(coalesce(reason, '')) as reason_words from events),

    -- A drop is a block of the recipient, unless the message itself could not be sent.
    typed as (
        select
            *,
            case
                when
                    event = 'dropped'
                    and (
                        reason_words like 'invalid smtpapi header%'
                        or reason_words like '%over package quota%'
                        or reason_words like 'spam content%'
                    )
                then 'email_sending_failed'
                else
                    {{
                        translated(
                            "event",
                            {
                                "processed": "email_sent",
                                "delivered": "email_delivered",
                                "deferred": "email_deferred",
                                "bounce": "email_bounced",
                                "dropped": "email_blocked",
                                "open": "email_opened",
                                "click": "email_clicked",
                                "spamreport": "email_feedback_loop",
                                "unsubscribe": "email_unsubscribed",
                                "group_unsubscribe": "email_unsubscribed",
                                "group_resubscribe": "email_subscription_submitted",
                            },
                        )
                    }}
            end as interaction_type
        from cleaned
    ),

    judged as (
        select
            *,
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
            -- SendGrid's retries may repeat an event under another sg_event_id, so the
            -- key is made from the content and the time in seconds.
            {{
                content_key(
                    [
                        "feed",
                        "coalesce(message_id, header_message_id)",
                        comparable_address("recipient"),
                        "event",
                        "cast(floor("
                        ~ epoch_microseconds("occurred_at")
                        ~ " / 1000000.0) as "
                        ~ sql_type("bigint")
                        ~ ")",
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
                "bounce_type": kind_of_bounce(
                    hard="coalesce(bounce_type, '') not in ('blocked', 'expired')",
                    enhanced_code="status",
                    words="reason",
                    other="is_asynchronous",
                ),
                "reason": "why",
                "is_machine": "sg_machine_open",
            },
            by_name=[
                "header_message_id",
            ],
        )
    }}
