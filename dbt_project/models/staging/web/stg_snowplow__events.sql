with
    events as (
        select *, event = 'page_view' and page_view_id is not null as has_page_view_id
        from {{ source("raw", "snowplow") }}
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
            -- A page view is told once however often its page reports it. Of other
            -- events
            -- trackers and robots repeat the ids: what differs in its fingerprint is
            -- another event.
            case
                when has_page_view_id
                then {{ content_key(["page_view_id"]) }}
                else {{ content_key(["event_id", "event_fingerprint"]) }}
            end as source_key,
            -- Of several reports of a page view the earliest counts: the highest
            -- version.
            case
                when has_page_view_id then -{{ epoch_microseconds("occurred_at") }}
            end as version,
            event as source_event,
            case
                event
                when 'page_view'
                then 'page_viewed'
                when 'link_click'
                then 'website_clicked'
                when 'submit_form'
                then 'form_submitted'
            end as interaction_type,
            occurred_at,
            user_id as contact_id,
            recipient,
            coalesce(domain_userid, network_userid) as visitor_id,
            domain_sessionid as session_id,
            form_id,
            case when event = 'link_click' then link_url end as link_url,
            case when event = 'link_click' then link_name end as link_name,
            url,
            referrer,
            ip,
            user_agent,
            country,
            region,
            city,
            latitude,
            longitude,
            submitted_values as properties,
            is_robot as is_machine
        from events
    )

    {{
        stage_interactions(
            "mapped",
            [
                "source_id",
                "version",
                "contact_id",
                "recipient",
                "visitor_id",
                "session_id",
                "form_id",
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
                "is_machine",
                "properties",
            ],
        )
    }}
