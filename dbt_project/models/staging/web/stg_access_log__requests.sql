{#- One row per request that a web server logged and this build takes in. Every request is an observation,
    noise too. A log knows no scheme: the URL says https. The host is the virtual host without its port, else
    the feed's `host`; a line may lack referrer and user agent, or go on after them; a request line that is
    none (noise, another protocol) lands and matches nothing; a time without an offset is in the feed's time
    zone. The visitor is a keyed hash (HMAC-SHA256) of IP address and user agent. Crawlers are kept and
    marked by their user agent. -#}
{#- A path without an extension, or with one of these, is a page's. -#}
{%- set page_extensions = ["html", "htm", "php", "asp", "aspx", "jsp"] -%}

with
    requests as (select * from {{ source("raw", "access_log") }}),

    -- Requests to proxies name whole URLs; any other target that does not begin with a
    -- slash names no resource.
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
                        {{ regex("[?#;].*$") }},
                        ''
                    ),
                    {{ regex("^.*/") }},
                    ''
                )
            ) as segment,
            -- Equal lines of a file are different requests.
            row_number() over (
                partition by file_id, line_hash order by line_number
            ) as line_ordinal
        from requests
    ),

    judged as (
        select
            *,
            requested_url is not null
            and (
                segment not like '%.%'
                or regexp_replace(segment, {{ regex("^.*[.]") }}, '')
                in ('{{ page_extensions | join("', '") }}')
            ) as is_page_path
        from addressed
    )

    {{
        stage_interactions(
            "judged",
            {
                "source_key": content_key(["line_hash", "line_ordinal"]),
                "source_event": "'request'",
                "interaction_type": "'request_logged'",
                "url": "requested_url",
            },
            by_name=[
                "visitor_id",
                "referrer",
                "http_method",
                "http_status",
                "is_page_path",
            ],
        )
    }}
