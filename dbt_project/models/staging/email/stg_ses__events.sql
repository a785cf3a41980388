{#- One row per event row that SES reported and this build takes in. What its suppression lists stopped is a
    block, though SES calls it a bounce or a complaint. An open or click of a message to several recipients
    has no recipient; it counts for the message of the first. -#}
with
    events as (select * from {{ source("raw", "ses") }}),

    cleaned as (
        select
            *,
            lower(trim(message_recipient)) as message_address,
            -- What the suppression list stopped was never sent, whatever SES calls it.
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
                when event_type = 'Send'
                then 'email_sent'
                when event_type = 'Delivery'
                then 'email_delivered'
                when event_type = 'Bounce'
                then 'email_bounced'
                when event_type = 'DeliveryDelay'
                then 'email_deferred'
                when event_type = 'Open'
                then 'email_opened'
                when event_type = 'Click'
                then 'email_clicked'
                when event_type = 'Complaint'
                then 'email_feedback_loop'
                when event_type = 'Subscription' and unsubscribe_all
                then 'email_unsubscribed'
                when event_type = 'Subscription'
                then 'email_subscription_submitted'
                when event_type in ('Reject', 'Rendering Failure')
                then 'email_sending_failed'
            end as interaction_type
        from cleaned
    ),

    judged as (
        select
            *,
            case
                when interaction_type <> 'email_bounced'
                then null
                when
                    bounce_type = 'Permanent'
                    and (
                        bounce_sub_type in (
                            'MailboxFull',
                            'MessageTooLarge',
                            'ContentRejected',
                            'AttachmentRejected'
                        )
                        or
                        {{ says_nothing_of_address("null", "bounce_status", "reason") }}
                    )
                then 'soft'
                when bounce_type = 'Permanent'
                then 'hard'
                when bounce_type = 'Transient'
                then 'soft'
                else 'other'
            end as bounce,
            case
                when message_id is not null
                then {{ content_key(["feed", "message_id", "message_address"]) }}
            end as message
        from typed
    )

    {{
        stage_interactions(
            "judged",
            {
                "source_event": "event_type",
                "message_key": "message",
                "link_url": "url",
                "bounce_type": "bounce",
                "reason": "case when is_suppressed then 'suppressed' else reason end",
            },
        )
    }}
