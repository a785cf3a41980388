{{
    config(
        materialized="incremental",
        unique_key="message_key",
        meta=follows(
            ["message_key"],
            {"int_messages_touched": none},
        ),
    )
}}

with
    interactions as (
        select interactions.*
        from {{ interactions_of_touched_messages() }} as interactions
        where {{ is_touched("interactions") }}
    ),

    -- If one event of a message states a property of the message, it applies to all of
    -- its events.
    messages as (
        select
            message_key,
            min(feed) as feed,
            min(email_id) as email_id,
            min(journey_id) as journey_id,
            min(iteration_id) as iteration_id,
            min(tile_id) as tile_id,
            min(given_contact_id) as given_contact_id,
            {{ earliest("contact_id", "occurred_at") }} as first_contact_id,
            {{ earliest("recipient", "occurred_at") }} as recipient
        from interactions
        group by message_key
    ),

    contacts as (select * from {{ ref("int_newest_contacts") }}),

    identified as (
        select
            message_key,
            feed,
            coalesce(email_id, 'unknown') as email_id,
            coalesce(journey_id, 'unknown') as journey_id,
            coalesce(iteration_id, 'unknown') as iteration_id,
            coalesce(tile_id, 'unknown') as tile_id,
            coalesce(given_contact_id, first_contact_id, 'unknown') as contact_id,
            recipient
        from messages
    )

-- If a feed names contacts but no addresses, take the domain of the contact's main
-- address.
select
    identified.message_key,
    identified.feed,
    identified.email_id,
    identified.journey_id,
    identified.iteration_id,
    identified.tile_id,
    identified.contact_id,
    identified.recipient,
    {{ email_domain("coalesce(identified.recipient, contacts.email)") }}
    as recipient_domain,
    identified.recipient is null as is_domain_of_contact
from identified
left join contacts on identified.contact_id = contacts.contact_id
