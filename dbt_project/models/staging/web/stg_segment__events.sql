{#- One row per call that a Segment or RudderStack feed reported and this build takes in. Page calls and
    identity calls are observations; `track` calls with the specification's e-mail and form names, in any
    case, are interactions; "Email Sent" and "Email Unsubscribed" count beside them. The time is `timestamp`,
    else `originalTimestamp`, `sentAt`, `receivedAt`, else the batch's; the address `context.ip`, else
    `request_ip`. `userId` is the contact unless `properties` name one. The link of a click is `link_url`,
    else `href`, else the property `url` where the context has the page. `screen`, `group` and other events
    that identify nobody are ignored by name. -#}
with
    calls as (select * from {{ source("raw", "segment") }}),

    typed as (
        select
            *,
            case
                event
                when 'page'
                then 'page_viewed'
                when 'Form Viewed'
                then 'form_visited'
                when 'Form Submitted'
                then 'form_submitted'
                when 'Link Clicked'
                then 'website_clicked'
                when 'Redirect Clicked'
                then 'redirect_clicked'
                when 'Order Completed'
                then 'converted'
                when 'Email Sent'
                then 'email_sent'
                when 'Email Delivered'
                then 'email_delivered'
                when 'Email Bounced'
                then 'email_bounced'
                when 'Email Opened'
                then 'email_opened'
                when 'Email Link Clicked'
                then 'email_clicked'
                when 'Email Marked as Spam'
                then 'email_feedback_loop'
                when 'Unsubscribed'
                then 'email_unsubscribed'
                -- Calls to identify and alias, and any other that names both a visitor
                -- and a contact.
                else 'visitor_identified'
            end as interaction_type
        from calls
    ),

    placed as (
        select
            *,
            -- Every library gives a call an id; a call written by hand may have none.
            coalesce(
                call_id,
                {{
                    content_key(
                        [
                            "feed",
                            "event",
                            epoch_microseconds("occurred_at"),
                            "anonymous_id",
                            "previous_id",
                            "user_id",
                            "contact_id",
                            "recipient",
                            "message_id",
                            "form_id",
                            "submission_id",
                            "order_id",
                            "redirect_url_id",
                            "link_url",
                            "url",
                            "ip",
                            "user_agent",
                        ]
                    )
                }}
            ) as call_key,
            -- An alias call says under which id the visitor was known before.
            case
                when event = 'alias'
                then coalesce(previous_id, anonymous_id)
                else anonymous_id
            end as visitor,
            case
                when interaction_type = 'email_clicked'
                then coalesce(link_url, url)
                when interaction_type in ('website_clicked', 'redirect_clicked')
                then link_url
            end as clicked_url,
            interaction_type = 'email_bounced' as is_bounce,
            interaction_type = 'converted' as is_conversion
        from typed
    )

    {{
        stage_interactions(
            "placed",
            {
                "source_id": "call_id",
                "source_key": "call_key",
                "source_event": "event",
                "contact_id": "coalesce(contact_id, user_id)",
                "visitor_id": "visitor",
                "link_url": "clicked_url",
                "bounce_type": "case when is_bounce then coalesce(bounce_type, 'other') end",
                "reason": "case when is_bounce then reason end",
                "amount": "case when is_conversion then amount end",
                "currency": "case when is_conversion then currency end",
                "order_id": "case when is_conversion then order_id end",
                "is_machine": "is_bot",
                "properties": "submitted_values",
            },
            by_name=[
                "website_id",
                "redirect_url_id",
                "page_id",
                "form_id",
                "submission_id",
                "link_name",
                "url",
                "referrer",
                "contact_result",
                "lead_result",
            ],
        )
    }}
