{#- One row per event that Mailjet reported and this build takes in. `sent` says that the receiving server took the
    message: a delivery. A bounce is hard where Mailjet calls it permanent and the error is the address's; a greylisted
    message is tried again, a deferral. `blocked` is a block for an address that Mailjet does not send to (so is a
    `preblocked` bounce), a soft bounce where the receiver refused sender or content, and a failure where Mailjet
    failed. Ids of ours are read from `Payload`, else `CustomID`, where they are JSON; Mailjet flags no machines. -#}
with
    events as (select * from {{ source("raw", "mailjet") }}),

    judged as (
        select
            *,
            -- The receiver refused sender or content: it says nothing of the address.
            regexp_extract(error_words, 'spam|content|policy|sender blocked', 0)
            <> '' as is_refusal,
            regexp_extract(error_words, 'system|protocol|connection', 0)
            <> '' as is_system,
            regexp_extract(
                error_words,
                'user unknown|mailbox inactive|invalid domain|no mail host',
                0
            )
            <> '' as is_bad_address
        from events
    ),

    typed as (
        select
            *,
            case
                when event in ('bounce', 'blocked') and error_words like '%preblocked%'
                then 'email_blocked'
                when
                    event = 'bounce'
                    and not hard_bounce
                    and error_words like '%greylisted%'
                then 'email_deferred'
                when event = 'blocked' and is_refusal
                then 'email_bounced'
                when event = 'blocked' and is_system
                then 'email_sending_failed'
                else
                    {{
                        translated(
                            "event",
                            {
                                "sent": "email_delivered",
                                "open": "email_opened",
                                "click": "email_clicked",
                                "bounce": "email_bounced",
                                "blocked": "email_blocked",
                                "spam": "email_feedback_loop",
                                "unsub": "email_unsubscribed",
                            },
                        )
                    }}
            end as interaction_type
        from judged
    ),

    explained as (
        select
            *,
            case
                when interaction_type <> 'email_blocked'
                then reason
                when error_words like '%duplicate%'
                then 'duplicate_address'
                when is_bad_address
                then 'invalid_address'
                else 'suppressed'
            end as why
        from typed
    )

    {{
        stage_interactions(
            "explained",
            {
                "source_event": "event",
                "link_url": "url",
                "bounce_type": kind_of_bounce(
                    hard="coalesce(hard_bounce, is_bad_address) and not is_refusal and not is_system",
                    words="error_words || ' ' || coalesce(reason, '')",
                ),
                "reason": "why",
            },
        )
    }}
