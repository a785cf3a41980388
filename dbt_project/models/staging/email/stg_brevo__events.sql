{#- One row per event copy that a Brevo feed reported, transactional or campaign, as an interaction. Brevo
    gives an event no id, so `source_key` is a hash of its content under one name for all spellings. The time
    is `ts_epoch` in milliseconds, else `ts_event`. Proxy opens are a machine's; unique opens are shadows of
    the plain ones. What Brevo blocks was never sent; the reason is read from its text. `campaign-<id>`
    stands for the message id of marketing events. -#}
with
    source as (select * from {{ source("raw", "brevo") }}),
    spelled as (
        select source.*, lower(replace(event, '_', '')) as spelling from source
    ),
    -- One name per event, whichever of Brevo's spellings it came under.
    named as (
        select
            spelled.*,
            coalesce(
                {{
                    translated(
                        "spelling",
                        {
                            "sent": "request",
                            "open": "opened",
                            "clicked": "click",
                            "complaint": "spam",
                            "unsubscribe": "unsubscribed",
                            "invalid": "invalid_email",
                            "invalidemail": "invalid_email",
                            "hardbounce": "hard_bounce",
                            "softbounce": "soft_bounce",
                            "uniqueopened": "unique_opened",
                            "proxyopen": "proxy_open",
                            "uniqueproxyopen": "unique_proxy_open",
                            "listaddition": "list_addition",
                            "contactupdated": "contact_updated",
                            "contactdeleted": "contact_deleted",
                        },
                    )
                }},
                spelling
            ) as event_name
        from spelled
    ),
    typed as (
        select
            named.*,
            {{
                translated(
                    "event_name",
                    {
                        "request": "email_sent",
                        "delivered": "email_delivered",
                        "deferred": "email_deferred",
                        "hard_bounce": "email_bounced",
                        "soft_bounce": "email_bounced",
                        "blocked": "email_blocked",
                        "invalid_email": "email_blocked",
                        "error": "email_sending_failed",
                        "opened": "email_opened",
                        "unique_opened": "email_opened",
                        "proxy_open": "email_opened",
                        "unique_proxy_open": "email_opened",
                        "click": "email_clicked",
                        "spam": "email_feedback_loop",
                        "unsubscribed": "email_unsubscribed",
                        "list_addition": "consent_changed",
                        "contact_updated": "consent_changed",
                        "contact_deleted": "consent_changed",
                    },
                )
            }} as interaction_type
        from named
    ),

    judged as (
        select
            *,
            case
                when event_name = 'invalid_email'
                then 'invalid_address'
                when event_name = 'blocked' and lower(reason) like '%unsubscri%'
                then 'do_not_bulk_email'
                when
                    event_name = 'blocked'
                    and (
                        lower(reason) like '%blacklist%'
                        or lower(reason) like '%blocklist%'
                    )
                then 'blocklisted_address'
                when event_name = 'blocked'
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
                then event_name
            end as why,
            case
                when event_name in ('proxy_open', 'unique_proxy_open')
                then true
                when event_name in ('opened', 'unique_opened')
                then false
            end as by_machine,
            case
                event_name
                when 'unique_opened'
                then 'opened'
                when 'unique_proxy_open'
                then 'proxy_open'
            end as same_as
        from typed
    )

    -- Brevo's `id` is the webhook's: an event has none of its own.
    {{
        stage_interactions(
            "judged",
            {
                "source_event": "event_name",
                "shadow_of": "same_as",
                "link_url": "case when interaction_type = 'email_clicked' then url end",
                "bounce_type": kind_of_bounce(
                    hard="event_name = 'hard_bounce'", words="reason"
                ),
                "reason": "why",
                "is_machine": "by_machine",
            },
        )
    }}
