{{ config(meta=follows(none, {"int_interactions": none})) }}

with
    changed as (
        select *
        from {{ changes_of("int_interactions") }} as changed
        where {{ is_email_interaction("interaction_type") }}
    ),

    interactions as (select * from {{ ref("int_interactions") }}),

    -- Where every event names its message, no event has to be matched by its party.
    unkeyed_feeds as (
        select feed
        from interactions
        where message_key is null and {{ is_email_interaction("interaction_type") }}
        union
        select feed
        from changed
        where message_key is null
    ),

    -- A message is found by its address too.
    parties as (
        select feed, coalesce(contact_id, recipient) as party
        from changed
        union
        select feed, recipient as party
        from changed
    )

select feed, party
from parties
where party is not null and feed in (select feed from unkeyed_feeds)
