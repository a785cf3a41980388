{#- One row per event copy that a Brevo feed reported, transactional or campaign, as an interaction. Brevo
    gives an event no id, so `source_key` is a hash of its content under one name for all spellings. Proxy
    opens are machines; unique opens are shadows of the plain ones. What Brevo blocks was never sent; the
    reason is read from its text. -#}
with
    source as (select * from {{ source("raw", "brevo") }}),
    spelled as (
        select source.*, lower(replace(event, '_', '')) as spelling from source
    ),
    -- One name per event, whichever of Brevo's spellings it came under.
    named as (
        select
            spelled.*,
            case
                when spelling in ('request', 'sent')
                then 'request'
                when spelling in ('open', 'opened')
                then 'opened'
                when spelling in ('click', 'clicked')
                then 'click'
                when spelling in ('spam', 'complaint')
                then 'spam'
                when spelling in ('unsubscribe', 'unsubscribed')
                then 'unsubscribed'
                when spelling in ('invalid', 'invalidemail')
                then 'invalid_email'
                when spelling = 'hardbounce'
                then 'hard_bounce'
                when spelling = 'softbounce'
                then 'soft_bounce'
                when spelling = 'uniqueopened'
                then 'unique_opened'
                when spelling = 'proxyopen'
                then 'proxy_open'
                when spelling = 'uniqueproxyopen'
                then 'unique_proxy_open'
                when spelling = 'listaddition'
                then 'list_addition'
                when spelling = 'contactupdated'
                then 'contact_updated'
                when spelling = 'contactdeleted'
                then 'contact_deleted'
                else spelling
            end as event_name
        from spelled
    ),
    typed as (
        select
            named.*,
            case
                when event_name = 'request'
                then 'email_sent'
                when event_name = 'delivered'
                then 'email_delivered'
                when event_name = 'deferred'
                then 'email_deferred'
                when event_name in ('hard_bounce', 'soft_bounce')
                then 'email_bounced'
                when event_name in ('blocked', 'invalid_email')
                then 'email_blocked'
                when event_name = 'error'
                then 'email_sending_failed'
                when
                    event_name
                    in ('opened', 'unique_opened', 'proxy_open', 'unique_proxy_open')
                then 'email_opened'
                when event_name = 'click'
                then 'email_clicked'
                when event_name = 'spam'
                then 'email_feedback_loop'
                when event_name = 'unsubscribed'
                then 'email_unsubscribed'
                -- What the account did with its lists and contacts.
                when
                    event_name
                    in ('list_addition', 'contact_updated', 'contact_deleted')
                then 'consent_changed'
            end as interaction_type
        from named
    ),

    judged as (
        select
            *,
            case
                when
                    event_name = 'hard_bounce'
                    and not {{ says_nothing_of_address("null", "null", "reason") }}
                then 'hard'
                when interaction_type = 'email_bounced'
                then 'soft'
            end as bounce,
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
                "bounce_type": "bounce",
                "reason": "why",
                "is_machine": "by_machine",
            },
        )
    }}
