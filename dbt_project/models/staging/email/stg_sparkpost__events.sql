with
    source as (select * from {{ source("raw", "sparkpost") }}),
    events as (
        select
            source.*,
            lower(trim(recipient)) as address,
            event
            in ('open', 'initial_open', 'amp_open', 'amp_initial_open') as is_open,
            event in ('click', 'amp_click') as is_click,
            event in ('list_unsubscribe', 'link_unsubscribe') as is_unsubscription,
            event in (
                'open',
                'initial_open',
                'amp_open',
                'amp_initial_open',
                'click',
                'amp_click',
                'list_unsubscribe',
                'link_unsubscribe'
            ) as is_by_recipient,
            -- Refused by SparkPost before sending. An out-of-band bounce was sent; the
            -- rejections say so in words where they are no limit or wrong domain.
            (event = 'bounce' and bounce_class in (25, 26))
            or (
                event in ('policy_rejection', 'generation_rejection')
                and (bounce_class in (25, 26) or lower(reason) like '%suppressed%')
            ) as was_suppressed
        from source
    ),
    typed as (
        select
            events.*,
            case
                when event = 'injection'
                then 'email_sent'
                when event = 'delivery'
                then 'email_delivered'
                when event = 'delay'
                then 'email_deferred'
                when was_suppressed
                then 'email_blocked'
                when event = 'bounce' and bounce_class = 90
                then 'email_unsubscribed'
                when event = 'bounce' and bounce_class = 80
                then 'email_subscription_submitted'
                when event in ('bounce', 'out_of_band', 'policy_rejection')
                then 'email_bounced'
                when event in ('generation_failure', 'generation_rejection')
                then 'email_sending_failed'
                when event = 'spam_complaint'
                then 'email_feedback_loop'
                when is_open
                then 'email_opened'
                when is_click
                then 'email_clicked'
                when is_unsubscription
                then 'email_unsubscribed'
            end as interaction_type
        from events
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
            coalesce(
                event_id,
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
                }}
            ) as source_key,
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
            case when is_click then url end as link_url,
            case when is_click then link_name end as link_name,
            -- Of any other event this is the receiving mail server, not the person.
            case when is_by_recipient then ip end as ip,
            user_agent,
            case when is_by_recipient then country end as country,
            case when is_by_recipient then region end as region,
            case when is_by_recipient then city end as city,
            case when is_by_recipient then latitude end as latitude,
            case when is_by_recipient then longitude end as longitude,
            -- SparkPost calls only 10, 30 and 90 hard; what it did not classify, or may
            -- add, is temporary.
            case
                when interaction_type <> 'email_bounced'
                then null
                when event = 'out_of_band'
                then 'other'
                when event = 'policy_rejection'
                then 'soft'
                when bounce_class = 1
                then 'other'
                when
                    bounce_class in (10, 30)
                    and
                    not {{ says_nothing_of_address("error_code", "null", "reason") }}
                then 'hard'
                else 'soft'
            end as bounce_type,
            case
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
            end as reason,
            case
                when (is_open or is_click) and (is_prefetched or is_proxy)
                then true
                when
                    (is_open or is_click)
                    and coalesce(is_prefetched, is_proxy) is not null
                then false
            end as is_machine,
            case
                event
                when 'initial_open'
                then 'open'
                when 'amp_initial_open'
                then 'amp_open'
            end as shadow_of
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
                "is_machine",
                "shadow_of",
            ],
        )
    }}
