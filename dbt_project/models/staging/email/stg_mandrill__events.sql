{#- One row per event copy that a Mandrill feed reported, as an interaction. Mandrill gives an event no id,
    so `source_key` is a hash of its content. A `reject` for a bounced, complaining, unsubscribed, listed or
    ruled-out address is a block; for anything else, or for no stated reason, it is a failure to send.
    Changes of the account's lists of addresses are subscription changes. Mandrill flags no machines. -#}
with
    source as (select * from {{ source("raw", "mandrill") }}),
    events as (
        select source.*, replace(lower(trim(reason)), '_', '-') as reject_reason
        from source
    ),
    typed as (
        select
            events.*,
            case
                when event = 'send'
                then 'email_sent'
                when event = 'delivered'
                then 'email_delivered'
                when event = 'deferral'
                then 'email_deferred'
                when event in ('hard_bounce', 'soft_bounce')
                then 'email_bounced'
                -- Refused because of the address, or else of anything wrong with the
                -- sending; a refusal without a reason names no address as the cause.
                when
                    event = 'reject'
                    and reject_reason
                    in ('hard-bounce', 'soft-bounce', 'spam', 'unsub', 'rule', 'custom')
                then 'email_blocked'
                when event = 'reject'
                then 'email_sending_failed'
                when event = 'open'
                then 'email_opened'
                when event = 'click'
                then 'email_clicked'
                when event = 'spam'
                then 'email_feedback_loop'
                when event = 'unsub'
                then 'email_unsubscribed'
                -- What the account, or Mandrill itself, did with the account's lists.
                when event in ('blacklist', 'whitelist', 'denylist', 'safelist')
                then 'consent_changed'
            end as interaction_type
        from events
    ),

    judged as (
        select
            *,
            case
                when
                    event = 'hard_bounce'
                    and not {{ says_nothing_of_address("null", "null", "diagnosis") }}
                then 'hard'
                when interaction_type = 'email_bounced'
                then 'soft'
            end as bounce,
            case
                when interaction_type = 'email_blocked' and reject_reason = 'unsub'
                then 'do_not_bulk_email'
                -- The account's own list of refused addresses.
                when interaction_type = 'email_blocked' and reject_reason = 'custom'
                then 'blocklisted_address'
                when interaction_type = 'email_blocked' and reject_reason = 'rule'
                then 'other'
                when interaction_type = 'email_blocked'
                then 'suppressed'
                when
                    interaction_type in (
                        'email_bounced',
                        'email_deferred',
                        'email_sending_failed',
                        'email_feedback_loop'
                    )
                then reason
                when interaction_type = 'consent_changed'
                then event
            end as why
        from typed
    )

    -- Mandrill's `_id` is the message's: an event has none of its own.
    {{
        stage_interactions(
            "judged",
            {
                "source_event": "event",
                "link_url": "case when interaction_type = 'email_clicked' then url end",
                "bounce_type": "bounce",
                "reason": "why",
                "is_machine": "lower(client_type) = 'robot'",
            },
        )
    }}
