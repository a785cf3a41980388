{#- One row per event row that Mailgun reported and this build takes in. A permanent failure that Mailgun did
    not even try is a block; a temporary one is a deferral. -#}
with
    events as (select * from {{ source("raw", "mailgun") }}),

    cleaned as (
        select
            *,
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

    classed as (
        select
            *,
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
            end as bounce,
            case
                when interaction_type = 'email_blocked'
                then block_reason
                when event_kind in ('failed', 'rejected')
                then coalesce(description, reason)
            end as why
        from typed
    )

    {{
        stage_interactions(
            "classed",
            {
                "source_id": "event_id",
                "source_event": "event",
                "link_url": "url",
                "bounce_type": "bounce",
                "reason": "why",
                "is_machine": "bot <> '' or coalesce(lower(client_type) = 'robot', false)",
            },
        )
    }}
