{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(
            ["interaction_id"],
            {
                "int_activities": [
                    {"where": "interaction_type = 'website_visited'"},
                    {
                        "through": "int_activities",
                        "by": {
                            "website_id": "website_id",
                            "coalesce(session_key, visitor_key)": "coalesce(session_key, visitor_key)",
                        },
                        "among": "interaction_type = 'website_visited'",
                        "where": "interaction_type = 'website_visited'",
                    },
                ],
            },
        ),
    )
}}

{#- Where the feed counts no sessions, a visit after a longer pause begins one: 30 minutes, in microseconds. -#}
{%- set pause = 30 * 60 * 1000000 -%}

with
    visits as (
        select
            *,
            coalesce(website_id, 'unknown') as visited_website_id,
            -- Where the tracker numbers sessions itself, its session ids are used.
            coalesce(session_key, visitor_key) as sequence_key,
            {{ epoch_microseconds("occurred_at") }} as occurred_us
        from {{ ref("int_activities") }} as activities
        where interaction_type = 'website_visited' and {{ is_touched("activities") }}
    ),

    neighbours as (
        select
            *,
            lag(occurred_us) over (
                partition by visited_website_id, sequence_key
                order by occurred_us, interaction_id
            ) as previous_us
        from visits
    )

-- Visits without a visitor or without a known website belong to no session.
select
    interaction_id,
    feed,
    visited_website_id as website_id,
    coalesce(contact_id, 'unknown') as contact_id,
    visitor_key,
    occurred_at,
    interaction_date as visit_date,
    url,
    coalesce(page_address, 'unknown') as page_address,
    referrer,
    {{ utm_columns() | join(",\n    ") }},
    country,
    region,
    city,
    latitude,
    longitude,
    is_machine,
    sequence_key is not null
    and website_id is not null
    and (
        previous_us is null
        or session_key is null
        and occurred_us - previous_us > {{ pause }}
    ) as is_session_start
from neighbours
