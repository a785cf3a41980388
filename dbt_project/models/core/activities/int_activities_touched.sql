{{
    config(
        meta=follows(
            none,
            {
                "int_interactions": none,
                "int_interaction_details": none,
                "int_unkeyed_message_keys": none,
                "int_visitor_contacts": none,
                "int_web_addresses": none,
            },
        )
    )
}}

with
    changed as (select * from {{ changes_of("int_interactions") }} as changed),

    changed_details as (
        select * from {{ changes_of("int_interaction_details") }} as changed
    ),

    changed_keys as (
        select * from {{ changes_of("int_unkeyed_message_keys") }} as changed
    ),

    visitors as (
        select visitor_id from {{ changes_of("int_visitor_contacts") }} as changed
    ),

    addresses as (select * from {{ changes_of("int_web_addresses") }} as changed),

    interactions as {{ read_in_place() }} (
        select interaction_id, contact_id
        from {{ ref("int_interactions") }}
        -- Subscription changes that belong to no message are activities too.
        where
            not {{ is_email_interaction("interaction_type") }}
            or {{ is_subscription_interaction("interaction_type") }}
    ),

    details as (
        select interaction_id, visitor_id, url from {{ ref("int_interaction_details") }}
    ),

    urls as (select * from {{ ref("int_urls") }}),

    touched_urls as (
        select urls.url
        from urls
        inner join addresses on urls.host = addresses.address
        where addresses.entity_type = 'website'
        union
        select urls.url
        from urls
        inner join addresses on urls.page_key = addresses.address
        where addresses.entity_type = 'page'
        union
        select urls.url
        from urls
        inner join addresses on urls.path = addresses.address
        where addresses.entity_type = 'redirect_url'
    ),

    -- Activities that name no contact and whose visitor id now stands for another
    -- contact.
    anonymous as (
        select interaction_id
        from interactions
        where
            contact_id is null
            and interaction_id in (
                select interaction_id
                from details
                where visitor_id in (select visitor_id from visitors)
            )
    ),

    -- Observations whose URL now belongs to another website, page or redirect URL.
    elsewhere as (
        select interaction_id
        from interactions
        where
            interaction_id in (
                select interaction_id
                from details
                where url in (select url from touched_urls)
            )
    ),

    observations as (
        select interaction_id
        from changed
        where
            not {{ is_email_interaction("interaction_type") }}
            or {{ is_subscription_interaction("interaction_type") }}
        union
        select interaction_id
        from changed_details
        -- Subscription changes that now belong to a message, or no longer belong to
        -- one.
        union
        select interaction_id
        from changed_keys
        union
        select interaction_id
        from anonymous
        union
        select interaction_id
        from elsewhere
    )

select interaction_id as observation_id
from observations
