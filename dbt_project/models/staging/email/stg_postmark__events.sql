{#- One row per event row that Postmark reported and this build takes in. Postmark reports no sending, and
    files deferrals, complaints and unsubscribes under bounces too: the type of the bounce tells them apart;
    unknown types are other. A `SubscriptionChange` with `Origin` Recipient unsubscribes where it is a manual
    suppression, is a subscription change where it lets mail through again, and with a message's id tells its
    `HardBounce` or `SpamComplaint`: a duplicate where the bounce or complaint was told itself. Auto-replies
    and address changes are ignored. -#}
with
    events as (select * from {{ source("raw", "postmark") }}),

    -- Postmark reports several kinds of event as bounces; their type tells them apart.
    cleaned as (
        select
            *,
            case
                when record_type = 'Bounce' then coalesce(bounce_type, 'Unknown')
            end as bounce_kind,
            record_type = 'SubscriptionChange' as is_change,
            -- Leave out what staff did by hand, which is no act of the recipient, and
            -- what concerns no message.
            record_type = 'SubscriptionChange'
            and lower(coalesce(origin, '')) = 'recipient' as is_by_recipient
        from events
    ),

    -- Postmark reports a bounce or complaint a second time as the change of the
    -- suppression list that follows.
    judged as (
        select
            *,
            case
                when
                    is_by_recipient
                    and suppress_sending
                    and message_id is not null
                    and suppression_reason in ('HardBounce', 'SpamComplaint')
                then suppression_reason
            end as told_again
        from cleaned
    ),

    typed as (
        select
            *,
            case
                when record_type = 'Delivery'
                then 'email_delivered'
                when bounce_kind in ('Transient', 'DnsError')
                then 'email_deferred'
                when bounce_kind = 'ManuallyDeactivated'
                then 'email_blocked'
                when record_type = 'Open'
                then 'email_opened'
                when record_type = 'Click'
                then 'email_clicked'
                when
                    record_type = 'SpamComplaint'
                    or bounce_kind in ('SpamComplaint', 'SpamNotification')
                    or told_again = 'SpamComplaint'
                then 'email_feedback_loop'
                when
                    bounce_kind = 'Unsubscribe'
                    or (
                        is_by_recipient
                        and suppress_sending
                        and suppression_reason = 'ManualSuppression'
                    )
                then 'email_unsubscribed'
                when
                    bounce_kind = 'Subscribe'
                    or (is_by_recipient and not suppress_sending)
                then 'email_subscription_submitted'
                when told_again = 'HardBounce'
                then 'email_bounced'
                when is_change
                then 'consent_changed'
                when bounce_kind in ('SMTPApiError', 'TemplateRenderingFailed')
                then 'email_sending_failed'
                when record_type = 'Bounce'
                then 'email_bounced'
            end as interaction_type
        from judged
    ),

    classed as (
        select
            *,
            case
                when interaction_type <> 'email_bounced'
                then null
                when
                    bounce_kind = 'HardBounce'
                    and {{ says_nothing_of_address("null", "null", "details") }}
                then 'soft'
                when
                    bounce_kind in ('HardBounce', 'BadEmailAddress')
                    or told_again = 'HardBounce'
                then 'hard'
                when
                    bounce_kind
                    in ('SoftBounce', 'Blocked', 'DMARCPolicy', 'VirusNotification')
                then 'soft'
                else 'other'
            end as bounce,
            case
                when interaction_type = 'email_blocked'
                then 'suppressed'
                when is_change
                then coalesce(suppression_reason, record_type)
                else reason
            end as why,
            -- Use one event name in the key for all of Postmark's subtypes of a fact.
            case
                when bounce_kind = 'BadEmailAddress'
                then 'HardBounce'
                when bounce_kind = 'SpamNotification'
                then 'SpamComplaint'
                else coalesce(bounce_kind, record_type)
            end as fact
        from typed
    )

    {{
        stage_interactions(
            "classed",
            {
                "source_id": "event_id",
                "source_key": event_key(["record_type", "bounce_kind"]),
                "source_event": "fact",
                "shadow_of": "told_again",
                "link_url": "url",
                "bounce_type": "bounce",
                "reason": "why",
            },
            by_name=[
                "link_name",
            ],
        )
    }}
