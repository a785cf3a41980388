with
    source as (select * from {{ source("raw", "brevo") }}),
    spelled as (
        select
            source.*,
            lower(trim(recipient)) as address,
            lower(replace(event, '_', '')) as spelling
        from source
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
    mapped as (
        select
            feed,
            arrival_date,
            file_id,
            line_number,
            item_index,
            row_index,
            -- Brevo's `id` is the webhook's: an event has none of its own.
            {{
                content_key(
                    [
                        "feed",
                        "message_id",
                        "address",
                        "event_name",
                        epoch_microseconds("occurred_at"),
                        "time_remainder",
                        "url",
                        "ip",
                        "user_agent",
                    ]
                )
            }} as source_key,
            event_name as source_event,
            interaction_type,
            occurred_at,
            contact_id,
            address as recipient,
            message_id,
            email_id,
            journey_id,
            iteration_id,
            tile_id,
            case when interaction_type = 'email_clicked' then url end as link_url,
            ip,
            user_agent,
            country,
            region,
            city,
            latitude,
            longitude,
            case
                when
                    event_name = 'hard_bounce'
                    and not {{ says_nothing_of_address("null", "null", "reason") }}
                then 'hard'
                when interaction_type = 'email_bounced'
                then 'soft'
            end as bounce_type,
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
            end as reason,
            case
                when event_name in ('proxy_open', 'unique_proxy_open')
                then true
                when event_name in ('opened', 'unique_opened')
                then false
            end as is_machine,
            case
                event_name
                when 'unique_opened'
                then 'opened'
                when 'unique_proxy_open'
                then 'proxy_open'
            end as shadow_of
        from typed
    )
    {{
        stage_interactions(
            "mapped",
            [
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
                "latitude",
                "longitude",
                "bounce_type",
                "reason",
                "is_machine",
                "shadow_of",
            ],
        )
    }}
