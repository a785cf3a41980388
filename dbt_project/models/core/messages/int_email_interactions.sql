{{ config(materialized="view") }}

with
    interactions as (
        select *
        from {{ ref("int_interactions") }}
        where {{ is_email_interaction("interaction_type") }}
    ),

    unkeyed as (select * from {{ ref("int_unkeyed_message_keys") }}),

    withdrawn as (select * from {{ ref("int_withdrawn_deliveries") }})

select
    interactions.interaction_id,
    interactions.feed,
    interactions.arrival_date,
    interactions.file_id,
    interactions.line_number,
    interactions.item_index,
    interactions.source_event,
    interactions.shadow_of,
    interactions.interaction_type,
    interactions.occurred_at,
    interactions.given_contact_id,
    interactions.contact_id,
    interactions.recipient,
    interactions.message_id,
    interactions.email_id,
    interactions.journey_id,
    interactions.iteration_id,
    interactions.tile_id,
    interactions.link_url,
    interactions.link_name,
    interactions.ip,
    interactions.user_agent,
    interactions.country,
    interactions.region,
    interactions.city,
    interactions.latitude,
    interactions.longitude,
    interactions.bounce_type,
    interactions.reason,
    interactions.is_machine,
    coalesce(
        interactions.message_key,
        unkeyed.message_key,
        {{ content_key(["interactions.interaction_id"]) }}
    ) as message_key
from interactions
left join unkeyed on interactions.interaction_id = unkeyed.interaction_id
left join withdrawn on interactions.interaction_id = withdrawn.interaction_id
where
    withdrawn.interaction_id is null
    -- Leave out subscription changes that concern no message.
    and (
        not {{ is_subscription_interaction("interactions.interaction_type") }}
        or coalesce(interactions.message_key, unkeyed.message_key) is not null
    )
