{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(
            ["message_key"],
            {
                "int_messages_touched": none,
                "int_email_messages": none,
                "int_scanner_clicks": none,
            },
        ),
    )
}}

with
    interactions as (
        select interactions.*
        from {{ interactions_of_touched_messages() }} as interactions
        where {{ is_touched("interactions") }}
    ),

    scanner_clicks as (select * from {{ ref("int_scanner_clicks") }}),

    ip_addresses as (select * from {{ source("raw", "ip_addresses") }}),

    user_agents as (select * from {{ source("raw", "user_agents") }}),

    centroids as (select * from {{ ref("country_centroids") }}),

    messages as (select * from {{ ref("int_email_messages") }}),

    -- Events that a shadow (a second report under another name) may repeat: those that
    -- are not shadows themselves.
    shadows as (
        select message_key
        from {{ interactions_of_touched_messages() }} as interactions
        where shadow_of is not null and {{ is_touched("interactions") }}
        group by message_key
    ),

    plain_events as (
        select plain.message_key, plain.source_event
        from {{ interactions_of_touched_messages() }} as plain
        inner join shadows on plain.message_key = shadows.message_key
        where plain.shadow_of is null and {{ is_touched("plain") }}
        group by plain.message_key, plain.source_event
    ),

    counted as (
        select interactions.*
        from interactions
        left join
            plain_events
            on interactions.message_key = plain_events.message_key
            and interactions.shadow_of = plain_events.source_event
        where plain_events.message_key is null
    ),

    located as (
        select
            counted.*,
            coalesce(counted.country, ip_addresses.country) as located_country,
            user_agents.device,
            user_agents.client,
            user_agents.operating_system,
            coalesce(counted.is_machine, false)
            or coalesce(user_agents.is_machine, false)
            or scanner_clicks.interaction_id is not null as was_machine
        from counted
        left join ip_addresses on counted.ip = ip_addresses.ip
        left join user_agents on counted.user_agent = user_agents.user_agent
        left join
            scanner_clicks on counted.interaction_id = scanner_clicks.interaction_id
    )

select
    located.interaction_id,
    located.message_key,
    located.feed,
    messages.email_id,
    messages.journey_id,
    messages.iteration_id,
    messages.tile_id,
    coalesce(located.given_contact_id, messages.contact_id) as contact_id,
    located.interaction_type,
    located.occurred_at,
    located.bounce_type,
    {{ without_addresses("located.reason") }} as reason,
    case
        when located.interaction_type = 'email_clicked'
        then coalesce(located.link_url, 'unknown')
    end as link_url,
    {{ without_addresses("located.link_name") }} as link_name,
    coalesce(located.located_country, 'unknown') as country,
    coalesce(located.region, 'unknown') as region,
    coalesce(located.city, 'unknown') as city,
    case
        when located.latitude is not null and located.longitude is not null
        then located.latitude
        else centroids.latitude
    end as latitude,
    case
        when located.latitude is not null and located.longitude is not null
        then located.longitude
        else centroids.longitude
    end as longitude,
    coalesce(located.device, 'unknown') as device,
    coalesce(located.client, 'unknown') as client,
    coalesce(located.operating_system, 'unknown') as operating_system,
    located.was_machine as is_machine
from located
inner join messages on located.message_key = messages.message_key
left join centroids on located.located_country = centroids.country
