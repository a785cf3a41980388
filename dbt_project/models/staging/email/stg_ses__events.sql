{#- One row per event row that SES reported and this build takes in. What its suppression lists stopped is a
    block, though SES calls it a bounce or a complaint; a permanent bounce for size or content is soft. A
    complaint about a mail to several recipients lists everybody who may have complained, so `feedback_loops`
    is an upper bound there. An open or click of a mail to several recipients cannot be attributed: it counts
    for the first recipient's message, without a contact. `not-spam` complaints and SNS handshakes are
    ignored. -#}
with
    events as (select * from {{ source("raw", "ses") }}),

    cleaned as (
        select
            *,
            -- A message that a suppression list stopped was never sent, even if SES
            -- calls it a bounce or complaint.
            coalesce(
                (
                    event_type = 'Bounce'
                    and bounce_type = 'Permanent'
                    and bounce_sub_type in ('Suppressed', 'OnAccountSuppressionList')
                )
                or (
                    event_type = 'Complaint'
                    and complaint_sub_type = 'OnAccountSuppressionList'
                ),
                false
            ) as is_suppressed
        from events
    ),

    typed as (
        select
            *,
            case
                when is_suppressed
                then 'email_blocked'
                when event_type = 'Subscription' and unsubscribe_all
                then 'email_unsubscribed'
                else
                    {{
                        translated(
                            "event_type",
                            {
                                "Send": "email_sent",
                                "Delivery": "email_delivered",
                                "Bounce": "email_bounced",
                                "DeliveryDelay": "email_deferred",
                                "Open": "email_opened",
                                "Click": "email_clicked",
                                "Complaint": "email_feedback_loop",
                                "Subscription": "email_subscription_submitted",
                                "Reject": "email_sending_failed",
                                "Rendering Failure": "email_sending_failed",
                            },
                        )
                    }}
            end as interaction_type
        from cleaned
    ),

    judged as (
        select
            *,
            bounce_sub_type in (
                'MailboxFull',
                'MessageTooLarge',
                'ContentRejected',
                'AttachmentRejected'
            ) as is_of_message
        from typed
    )

    {{
        stage_interactions(
            "judged",
            {
                "source_event": "event_type",
                "link_url": "url",
                "bounce_type": kind_of_bounce(
                    hard="bounce_type = 'Permanent' and not coalesce(is_of_message, false)",
                    enhanced_code="bounce_status",
                    words="reason",
                    other="coalesce(bounce_type, '') not in ('Permanent', 'Transient')",
                ),
                "reason": "case when is_suppressed then 'suppressed' else reason end",
            },
            message_of="message_recipient",
        )
    }}
