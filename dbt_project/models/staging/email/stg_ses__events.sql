with
    events as (select * from {{ source("raw", "ses") }}),

    cleaned as (
        select
            *,
            lower(trim(recipient)) as address,
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

    mapped as (
        select
            feed,
            arrival_date,
            file_id,
            line_number,
            item_index,
            row_index,
            {{
                content_key(
                    [
                        "feed",
                        "message_id",
                        "address",
                        "event_type",
                        epoch_microseconds("occurred_at"),
                        "time_remainder",
                        "url",
                        "ip",
                        "user_agent",
                    ]
                )
            }} as source_key,
            event_type as source_event,
            interaction_type,
            occurred_at,
            contact_id,
            address as recipient,
            message_id,
            case
                when message_id is not null
                then {{ content_key(["feed", "message_id", "message_address"]) }}
            end as message_key,
            email_id,
            journey_id,
            iteration_id,
            tile_id,
            url as link_url,
            ip,
            user_agent,
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
            end as bounce_type,
            case when is_suppressed then 'suppressed' else reason end as reason
        from typed
    )

    {{
        stage_interactions(
            "mapped",
            [
                "contact_id",
                "recipient",
                "message_id",
                "message_key",
                "email_id",
                "journey_id",
                "iteration_id",
                "tile_id",
                "link_url",
                "ip",
                "user_agent",
                "bounce_type",
                "reason",
            ],
        )
    }}
