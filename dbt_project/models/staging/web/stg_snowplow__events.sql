{#- One row per event that a Snowplow feed reported and this build takes in. A page view is an observation.
    Events with one id and different fingerprints are different events. The time is `derived_tstamp`, else
    `collector_tstamp`, in UTC; the region its name, else its code. An event named like one of Snowplow's by
    another vendor is ignored. Values of form elements with one name are a list. -#}
with
    events as (
        select *, event = 'page_view' and page_view_id is not null as has_page_view_id
        from {{ source("raw", "snowplow") }}
    ),

    typed as (
        select
            *,
            -- A page view counts once, however often its page reports it. For other
            -- events, trackers and robots reuse ids: a different fingerprint means a
            -- different event.
            case
                when has_page_view_id
                then {{ content_key(["page_view_id"]) }}
                else {{ content_key(["event_id", "event_fingerprint"]) }}
            end as event_or_view,
            -- Of several reports of a page view the earliest counts: the highest
            -- version.
            case
                when has_page_view_id then -{{ epoch_microseconds("occurred_at") }}
            end as earliness,
            case
                event
                when 'page_view'
                then 'page_viewed'
                when 'link_click'
                then 'website_clicked'
                when 'submit_form'
                then 'form_submitted'
            end as interaction_type
        from events
    )

    {{
        stage_interactions(
            "typed",
            {
                "source_id": "event_id",
                "source_key": "event_or_view",
                "version": "earliness",
                "source_event": "event",
                "contact_id": "user_id",
                "visitor_id": "coalesce(domain_userid, network_userid)",
                "session_id": "domain_sessionid",
                "link_url": "case when event = 'link_click' then link_url end",
                "link_name": "case when event = 'link_click' then link_name end",
                "is_machine": "is_robot",
                "properties": "submitted_values",
            },
            by_name=[
                "form_id",
                "url",
                "referrer",
            ],
        )
    }}
