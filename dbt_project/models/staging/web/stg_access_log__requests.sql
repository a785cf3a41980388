{#- A path without an extension, or with one of these, is a page's. -#}
{%- set page_extensions = ["html", "htm", "php", "asp", "aspx", "jsp"] -%}

with
    requests as (select * from {{ source("raw", "access_log") }}),

    -- Proxies are asked for whole URLs; anything else that does not begin with a slash
    -- names no resource.
    addressed as (
        select
            *,
            case
                when target like '/%'
                then coalesce('https://' || host, '') || target
                when lower(target) like 'http://%' or lower(target) like 'https://%'
                then target
            end as requested_url,
            -- The last segment of the path; query and parameters do not matter.
            lower(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(target, '^[A-Za-z]+://[^/?#]*', ''),
                        '[?#;].*$',
                        ''
                    ),
                    '^.*/',
                    ''
                )
            ) as segment,
            -- Equal lines of a file are different requests.
            row_number() over (
                partition by file_id, line_hash order by line_number
            ) as line_ordinal
        from requests
    ),

    mapped as (
        select
            feed,
            arrival_date,
            file_id,
            line_number,
            item_index,
            row_index,
            {{ content_key(["line_hash", "line_ordinal"]) }} as source_key,
            'request' as source_event,
            'request_logged' as interaction_type,
            occurred_at,
            visitor_id,
            requested_url as url,
            referrer,
            http_method,
            http_status,
            requested_url is not null
            and (
                segment not like '%.%'
                or regexp_replace(segment, '^.*[.]', '')
                in ('{{ page_extensions | join("', '") }}')
            ) as is_page_path,
            ip,
            user_agent
        from addressed
    )

    {{
        stage_interactions(
            "mapped",
            [
                "visitor_id",
                "url",
                "referrer",
                "http_method",
                "http_status",
                "is_page_path",
                "ip",
                "user_agent",
            ],
        )
    }}
