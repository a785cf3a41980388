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

    mapped as (
        select
            feed,
            arrival_date,
            file_id,
            line_number,
            item_index,
            row_index,
            call_id as source_id,
            -- Every library mints an id for a call; a call written by hand may have
            -- none.
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
            ) as source_key,
            event as source_event,
            interaction_type,
            occurred_at,
            coalesce(contact_id, user_id) as contact_id,
            lower(trim(recipient)) as recipient,
            -- An alias tells who the visitor was that had another id before.
            case
                when event = 'alias'
                then coalesce(previous_id, anonymous_id)
                else anonymous_id
            end as visitor_id,
            message_id,
            email_id,
            journey_id,
            iteration_id,
            tile_id,
            website_id,
            redirect_url_id,
            page_id,
            form_id,
            submission_id,
            case
                when interaction_type = 'email_clicked'
                then coalesce(link_url, url)
                when interaction_type in ('website_clicked', 'redirect_clicked')
                then link_url
            end as link_url,
            link_name,
            url,
            referrer,
            ip,
            user_agent,
            country,
            region,
            city,
            latitude,
            longitude,
            case
                when interaction_type = 'email_bounced'
                then coalesce(bounce_type, 'other')
            end as bounce_type,
            case when interaction_type = 'email_bounced' then reason end as reason,
            contact_result,
            lead_result,
            case when interaction_type = 'converted' then amount end as amount,
            case when interaction_type = 'converted' then currency end as currency,
            case when interaction_type = 'converted' then order_id end as order_id,
            is_bot as is_machine,
            submitted_values as properties
        from typed
    )

    {{
        stage_interactions(
            "mapped",
            [
                "source_id",
                "contact_id",
                "recipient",
                "visitor_id",
                "message_id",
                "email_id",
                "journey_id",
                "iteration_id",
                "tile_id",
                "website_id",
                "redirect_url_id",
                "page_id",
                "form_id",
                "submission_id",
                "link_url",
                "link_name",
                "url",
                "referrer",
                "ip",
                "user_agent",
                "country",
                "region",
                "city",
                "latitude",
                "longitude",
                "bounce_type",
                "reason",
                "contact_result",
                "lead_result",
                "amount",
                "currency",
                "order_id",
                "is_machine",
                "properties",
            ],
        )
    }}
