with
    events as (select * from {{ source("raw", "postmark") }}),

    -- What Postmark files under bounces is told apart by its type.
    cleaned as (
        select
            *,
            lower(trim(recipient)) as address,
            case
                when record_type = 'Bounce' then coalesce(bounce_type, 'Unknown')
            end as bounce_kind
        from events
    ),

    typed as (
        select
            *,
            case
                when record_type = 'Delivery'
                then 'email_delivered'
                when bounce_kind in ('Transient', 'DnsError')
                then 'email_deferred'
                when bounce_kind = 'ManuallyDeactivated'
                then 'email_blocked'
                when record_type = 'Open'
                then 'email_opened'
                when record_type = 'Click'
                then 'email_clicked'
                when
                    record_type = 'SpamComplaint'
                    or bounce_kind in ('SpamComplaint', 'SpamNotification')
                then 'email_feedback_loop'
                when
                    bounce_kind = 'Unsubscribe'
                    or (
                        record_type = 'SubscriptionChange'
                        and suppress_sending
                        and suppression_reason = 'ManualSuppression'
                    )
                then 'email_unsubscribed'
                when record_type = 'SubscriptionChange' or bounce_kind = 'Subscribe'
                then 'email_subscription_submitted'
                when bounce_kind in ('SMTPApiError', 'TemplateRenderingFailed')
                then 'email_sending_failed'
                when record_type = 'Bounce'
                then 'email_bounced'
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
            event_id as source_id,
            {{
                content_key(
                    [
                        "feed",
                        "message_id",
                        "address",
                        "record_type",
                        "bounce_kind",
                        epoch_microseconds("occurred_at"),
                        "time_remainder",
                        "url",
                        "ip",
                        "user_agent",
                    ]
                )
            }} as source_key,
            coalesce(bounce_kind, record_type) as source_event,
            interaction_type,
            occurred_at,
            contact_id,
            address as recipient,
            message_id,
            email_id,
            journey_id,
            iteration_id,
            tile_id,
            url as link_url,
            link_name,
            ip,
            user_agent,
            country,
            region,
            city,
            latitude,
            longitude,
            case
                when interaction_type <> 'email_bounced'
                then null
                when bounce_kind in ('HardBounce', 'BadEmailAddress')
                then 'hard'
                when
                    bounce_kind
                    in ('SoftBounce', 'Blocked', 'DMARCPolicy', 'VirusNotification')
                then 'soft'
                else 'other'
            end as bounce_type,
            case
                when interaction_type = 'email_blocked' then 'suppressed' else reason
            end as reason
        from typed
    )

    {{
        stage_interactions(
            "mapped",
            [
                "source_id",
                "contact_id",
                "recipient",
                "message_id",
                "email_id",
                "journey_id",
                "iteration_id",
                "tile_id",
                "link_url",
                "link_name",
                "ip",
                "user_agent",
                "country",
                "region",
                "city",
                "latitude",
                "longitude",
                "bounce_type",
                "reason",
            ],
        )
    }}
