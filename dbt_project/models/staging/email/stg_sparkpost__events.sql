{#- One row per event copy that a SparkPost feed reported, as an interaction. Copies of one event share
    `source_key`. A bounce of class 25 or 26 (and a rejection that names a suppressed address) was never
    sent: a block. Class 90 is an unsubscription, 80 a subscription change. Out of band and class 1 are other
    bounces, 10 and 30 hard, every other class, known or not, soft. Class 60 (auto-reply) is ignored.
    `initial_open` is a shadow of `open`; prefetched and proxied opens are a machine's. -#}
with
    source as (select * from {{ source("raw", "sparkpost") }}),
    events as (
        select
            source.*,
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

    classed as (
        select
            *,
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
            end as why,
            case
                when (is_open or is_click) and (is_prefetched or is_proxy)
                then true
                when
                    (is_open or is_click)
                    and coalesce(is_prefetched, is_proxy) is not null
                then false
            end as by_machine,
            case
                event
                when 'initial_open'
                then 'open'
                when 'amp_initial_open'
                then 'amp_open'
            end as same_as
        from typed
    )

    -- Address and place of any other event are the receiving mail server's, not the
    -- person's.
    {{
        stage_interactions(
            "classed",
            {
                "source_id": "event_id",
                "source_key": "coalesce(event_id, " ~ event_key(["event"]) ~ ")",
                "source_event": "event",
                "shadow_of": "same_as",
                "link_url": "case when is_click then url end",
                "link_name": "case when is_click then link_name end",
                "ip": "case when is_by_recipient then ip end",
                "country": "case when is_by_recipient then country end",
                "region": "case when is_by_recipient then region end",
                "city": "case when is_by_recipient then city end",
                "latitude": "case when is_by_recipient then latitude end",
                "longitude": "case when is_by_recipient then longitude end",
                "bounce_type": kind_of_bounce(
                    hard="event <> 'policy_rejection' and bounce_class in (10, 30)",
                    code="error_code",
                    words="reason",
                    other="event = 'out_of_band' or (event <> 'policy_rejection' and bounce_class= 1)",
                ),
                "reason": "why",
                "is_machine": "by_machine",
            },
        )
    }}
