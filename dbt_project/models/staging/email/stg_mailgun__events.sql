with
    events as (select * from {{ source("raw", "mailgun") }}),

    cleaned as (
        select
            *,
            lower(trim(recipient)) as address,
            -- Before 2018 a permanent failure was called a bounce, or a drop.
            case
                when event in ('bounced', 'dropped') then 'failed' else event
            end as event_kind,
            lower(coalesce(severity, '')) = 'temporary' as is_temporary,
            lower(coalesce(reason, '')) as reason_word
        from events
    ),

    -- Why Mailgun did not even try; null where it tried.
    judged as (
        select
            *,
            case
                when event_kind <> 'failed' or is_temporary
                then null
                when code = 606 or reason_word = 'suppress-unsubscribe'
                then 'do_not_bulk_email'
                when code = 625
                then 'invalid_address'
                when code in (605, 607) or reason_word like 'suppress-%'
                then 'suppressed'
            end as block_reason
        from cleaned
    ),

    typed as (
        select
            *,
            case
                when block_reason is not null
                then 'email_blocked'
                when
                    event_kind = 'failed'
                    and is_temporary
                    and not coalesce(is_delayed_bounce, false)
                then 'email_deferred'
                when event_kind = 'failed'
                then 'email_bounced'
                when event = 'accepted'
                then 'email_sent'
                when event = 'delivered'
                then 'email_delivered'
                when event = 'opened'
                then 'email_opened'
                when event = 'clicked'
                then 'email_clicked'
                when event = 'complained'
                then 'email_feedback_loop'
                when event = 'unsubscribed'
                then 'email_unsubscribed'
                when event = 'rejected'
                then 'email_sending_failed'
            end as interaction_type
        from judged
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
            -- Mailgun's id is unique within a day only, so the content is the key.
            {{
                content_key(
                    [
                        "feed",
                        "message_id",
                        "address",
                        "event",
                        epoch_microseconds("occurred_at"),
                        "time_remainder",
                        "url",
                        "ip",
                        "user_agent",
                    ]
                )
            }} as source_key,
            event as source_event,
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
            ip,
            user_agent,
            country,
            region,
            city,
            case
                when interaction_type <> 'email_bounced'
                then null
                when is_delayed_bounce
                then 'other'
                when reason_word in ('espblock', 'blacklisted', 'greylisted', 'old')
                then 'soft'
                when
                    {{
                        says_nothing_of_address(
                            "code", "enhanced_code", "description"
                        )
                    }}
                then 'soft'
                else 'hard'
            end as bounce_type,
            case
                when interaction_type = 'email_blocked'
                then block_reason
                when event_kind in ('failed', 'rejected')
                then coalesce(description, reason)
            end as reason,
            bot <> '' or coalesce(lower(client_type) = 'robot', false) as is_machine
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
                "ip",
                "user_agent",
                "country",
                "region",
                "city",
                "bounce_type",
                "reason",
                "is_machine",
            ],
        )
    }}
