{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key="interaction_id",
        meta={
            "touched_by": "int_website_visits_touched",
            "touched_columns": ["interaction_id"],
        },
    )
}}

{#- Where the feed counts no sessions, a visit after a longer pause begins one: 30 minutes, in microseconds. -#}
{%- set pause = 30 * 60 * 1000000 -%}

-- depends_on: {{ ref("int_website_visits_touched") }}
with
    visits as (
        select
            *,
            coalesce(website_id, 'unknown') as visited_website_id,
            -- A tracker that counts sessions itself has the say.
            coalesce(session_key, visitor_key) as sequence_key,
            {{ epoch_microseconds("occurred_at") }} as occurred_us
        from {{ ref("int_activities") }}
        where
            interaction_type = 'website_visited'
            {%- if is_incremental() %}
                and interaction_id
                in (select interaction_id from {{ ref("int_website_visits_touched") }})
            {%- endif %}
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

-- Visits of nobody known, or of no known website, are in no session.
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
