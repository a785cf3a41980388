{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(["observation_id"], {"int_activities_touched": none}),
    )
}}

with
    interactions as (
        select *
        from {{ ref("int_activity_interactions") }} as interactions
        where
            interaction_type <> 'visitor_identified'
            and {{ is_touched("interactions", ["interaction_id"]) }}
    ),

    details as (
        select *
        from {{ ref("int_interaction_details") }} as details
        where {{ is_touched("details", ["interaction_id"]) }}
    ),

    urls as (select * from {{ ref("int_urls") }}),

    web_addresses as (select * from {{ ref("int_web_addresses") }}),

    visitor_contacts as (select * from {{ ref("int_visitor_contacts") }}),

    ip_addresses as (select * from {{ source("raw", "ip_addresses") }}),

    user_agents as (select * from {{ source("raw", "user_agents") }}),

    centroids as (select * from {{ ref("country_centroids") }}),

    -- The website, page or redirect URL that the URL belongs to, as the CRM knows it
    -- now.
    matched as (
        select
            interactions.interaction_id as observation_id,
            interactions.interaction_type as observed_type,
            interactions.occurred_at,
            interactions.contact_id,
            details.visitor_id,
            urls.page_address,
            {%- for column in utm_columns() %} urls.{{ column }}, {%- endfor %}
            websites.entity_id as website_of_url,
            pages.entity_id as page_of_url,
            redirect_urls.entity_id as redirect_url_of_path,
            interactions.interaction_type = 'page_viewed'
            or (
                interactions.interaction_type = 'request_logged'
                and upper(details.http_method) = 'GET'
                and details.http_status = 200
                and details.is_page_path
            ) as saw_page,
            interactions.interaction_type = 'request_logged'
            and details.http_status in {{ redirect_statuses() }} as was_redirected
        from interactions
        inner join details on interactions.interaction_id = details.interaction_id
        left join urls on details.url = urls.url
        left join
            web_addresses as websites
            on websites.entity_type = 'website'
            and urls.host = websites.address
        left join
            web_addresses as pages
            on pages.entity_type = 'page'
            and urls.page_key = pages.address
        left join
            web_addresses as redirect_urls
            on redirect_urls.entity_type = 'redirect_url'
            and urls.path = redirect_urls.address
    ),

    -- An observation becomes an interaction with each entity it matches; one that
    -- matches none becomes no interaction.
    activities as (
        select *, observed_type as interaction_type
        from matched
        where not {{ is_observation("observed_type") }}
        union all
        select *, 'website_visited' as interaction_type
        from matched
        where saw_page and website_of_url is not null
        union all
        select *, 'page_visited' as interaction_type
        from matched
        where saw_page and page_of_url is not null
        union all
        select *, 'redirect_clicked' as interaction_type
        from matched
        where was_redirected and redirect_url_of_path is not null
    ),

    -- One contact at most: the spells of a visitor do not overlap.
    identified as (
        select
            activities.*,
            coalesce(
                activities.contact_id, visitor_contacts.contact_id
            ) as known_contact_id
        from activities
        left join
            visitor_contacts
            -- The condition is in the key, because DuckDB plans a condition on one side
            -- alone as a nested loop.
            on case when activities.contact_id is null then activities.visitor_id end
            = visitor_contacts.visitor_id
            and activities.occurred_at >= visitor_contacts.held_from
            and activities.occurred_at < visitor_contacts.held_until
    ),

    described as (
        select
            identified.observation_id,
            identified.interaction_type,
            {{ is_observation("identified.observed_type") }} as is_derived,
            identified.occurred_at,
            identified.known_contact_id as contact_id,
            identified.page_address,
            {%- for column in utm_columns() %} identified.{{ column }}, {%- endfor %}
            identified.website_of_url,
            identified.page_of_url,
            identified.redirect_url_of_path,
            interactions.feed,
            interactions.arrival_date,
            interactions.file_id,
            interactions.line_number,
            interactions.item_index,
            interactions.source_event,
            interactions.message_id,
            interactions.message_key,
            interactions.email_id,
            interactions.journey_id,
            interactions.iteration_id,
            interactions.tile_id,
            interactions.link_url,
            interactions.link_name,
            interactions.region,
            interactions.city,
            interactions.latitude,
            interactions.longitude,
            interactions.reason,
            coalesce(interactions.country, ip_addresses.country) as located_country,
            coalesce(interactions.is_machine, false)
            or coalesce(user_agents.is_machine, false) as is_machine
        from identified
        inner join
            interactions on identified.observation_id = interactions.interaction_id
        left join ip_addresses on interactions.ip = ip_addresses.ip
        left join user_agents on interactions.user_agent = user_agents.user_agent
    )

select
    case
        when described.is_derived
        then
            {{
                content_key(
                    [
                        "described.feed",
                        "details.source_key",
                        "described.interaction_type",
                    ]
                )
            }}
        else described.observation_id
    end as interaction_id,
    described.observation_id,
    details.source_id,
    described.feed,
    described.arrival_date,
    described.file_id,
    described.line_number,
    described.item_index,
    described.source_event,
    described.interaction_type,
    described.occurred_at,
    {{ reporting_date("described.occurred_at") }} as interaction_date,
    described.contact_id,
    details.visitor_id,
    coalesce(described.contact_id, details.visitor_id) as visitor_key,
    case
        when details.session_id is not null
        then {{ content_key(["described.feed", "details.session_id"]) }}
    end as session_key,
    described.is_machine,
    described.message_id,
    described.message_key,
    described.email_id,
    described.journey_id,
    described.iteration_id,
    described.tile_id,
    case
        when described.is_derived and described.interaction_type = 'website_visited'
        then described.website_of_url
        when described.is_derived
        then null
        when described.interaction_type in ('website_visited', 'website_clicked')
        then coalesce(details.website_id, described.website_of_url)
        else details.website_id
    end as website_id,
    case
        when described.is_derived and described.interaction_type = 'page_visited'
        then described.page_of_url
        when described.is_derived
        then null
        when described.interaction_type = 'page_visited'
        then coalesce(details.page_id, described.page_of_url)
        else details.page_id
    end as page_id,
    details.form_id,
    -- If a feed gives submissions no ids, each report counts as a submission.
    case
        when described.interaction_type = 'form_submitted'
        then coalesce(details.submission_id, described.observation_id)
        else details.submission_id
    end as submission_id,
    case
        when described.is_derived and described.interaction_type = 'redirect_clicked'
        then described.redirect_url_of_path
        when described.is_derived
        then null
        else details.redirect_url_id
    end as redirect_url_id,
    details.event_id,
    details.survey_id,
    details.segment_id,
    details.lead_id,
    details.lead_scoring_model_id,
    details.url,
    described.page_address,
    {%- for column in utm_columns() %} described.{{ column }}, {%- endfor %}
    details.referrer,
    described.link_url,
    {{ without_addresses("described.link_name") }} as link_name,
    coalesce(described.located_country, 'unknown') as country,
    coalesce(described.region, 'unknown') as region,
    coalesce(described.city, 'unknown') as city,
    case
        when described.latitude is not null and described.longitude is not null
        then described.latitude
        else centroids.latitude
    end as latitude,
    case
        when described.latitude is not null and described.longitude is not null
        then described.longitude
        else centroids.longitude
    end as longitude,
    details.path,
    {{ without_addresses("described.reason") }} as reason,
    details.stage,
    details.grade,
    details.score,
    details.contact_result,
    details.lead_result,
    details.members_count,
    details.amount,
    details.currency,
    details.order_id,
    details.is_sales_ready,
    details.properties
from described
inner join details on described.observation_id = details.interaction_id
left join centroids on described.located_country = centroids.country
