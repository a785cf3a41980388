{#- One row per event row that Mailgun reported and this build takes in. Delayed bounces are other. A
    permanent failure that Mailgun did not even try (codes 605 to 607 and 625, `suppress-…`) is a block; a
    temporary one is a deferral. A receiver's refusal (`espblock`, `blacklisted`, `greylisted`) and reason
    `old` are soft. Test-mode events are ignored. -#}
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
                else
                    {{
                        translated(
                            "event_kind",
                            {
                                "failed": "email_bounced",
                                "accepted": "email_sent",
                                "delivered": "email_delivered",
                                "opened": "email_opened",
                                "clicked": "email_clicked",
                                "complained": "email_feedback_loop",
                                "unsubscribed": "email_unsubscribed",
                                "rejected": "email_sending_failed",
                            },
                        )
                    }}
            end as interaction_type
        from judged
    ),

    classed as (
        select
            *,
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
                "bounce_type": kind_of_bounce(
                    hard="reason_word not in ('espblock', 'blacklisted', 'greylisted', 'old')",
                    code="code",
                    enhanced_code="enhanced_code",
                    words="description",
                    other="is_delayed_bounce",
                ),
                "reason": "why",
                "is_machine": "bot <> '' or coalesce(lower(client_type) = 'robot', false)",
            },
        )
    }}
