{#- One row per event copy that a Mandrill feed reported, as an interaction. Mandrill gives an event no id,
    so `source_key` is a hash of its content. A `reject` for a bounced, complaining, unsubscribed, listed or
    ruled-out address is a block; for anything else, or for no stated reason, it is a failure to send. The
    histories repeated in `opens` and `clicks` are not events. Changes of the account's lists of addresses
    are the contact's, and no message's. A robot by `user_agent_parsed` is a machine. -#}
with
    source as (select * from {{ source("raw", "mandrill") }}),
    events as (
        select
            source.*,
            replace({{ comparable_address("reason") }}, '_', '-') as reject_reason
        from source
    ),
    typed as (
        select
            events.*,
            case
                -- Refused because of the address, or else of anything wrong with the
                -- sending; a refusal without a reason names no address as the cause.
                when
                    event = 'reject'
                    and reject_reason
                    in ('hard-bounce', 'soft-bounce', 'spam', 'unsub', 'rule', 'custom')
                then 'email_blocked'
                else
                    {{
                        translated(
                            "event",
                            {
                                "send": "email_sent",
                                "delivered": "email_delivered",
                                "deferral": "email_deferred",
                                "hard_bounce": "email_bounced",
                                "soft_bounce": "email_bounced",
                                "reject": "email_sending_failed",
                                "open": "email_opened",
                                "click": "email_clicked",
                                "spam": "email_feedback_loop",
                                "unsub": "email_unsubscribed",
                                "blacklist": "consent_changed",
                                "whitelist": "consent_changed",
                                "denylist": "consent_changed",
                                "safelist": "consent_changed",
                            },
                        )
                    }}
            end as interaction_type
        from events
    ),

    judged as (
        select
            *,
            case
                when interaction_type = 'email_blocked' and reject_reason = 'unsub'
                then 'do_not_bulk_email'
                -- Rejected because the address is on the account's own rejection list.
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
                "bounce_type": kind_of_bounce(
                    hard="event = 'hard_bounce'", words="diagnosis"
                ),
                "reason": "why",
                "is_machine": "lower(client_type) = 'robot'",
            },
        )
    }}
