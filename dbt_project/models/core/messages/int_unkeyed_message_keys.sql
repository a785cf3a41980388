{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(["feed", "party"], {"int_unkeyed_parties_touched": none}),
    )
}}

{%- set ids_of_ours = ["email_id", "journey_id", "iteration_id", "tile_id"] -%}
{%- set ids = ids_of_ours + ["header_message_id"] -%}

with
    email_interactions as {{ read_in_place() }} (
        select *
        from {{ ref("int_interactions") }}
        where {{ is_email_interaction("interaction_type") }}
    ),

    -- A message to a contact that its feed names is found by the address too.
    interactions as {{ read_in_place() }} (
        select *, coalesce(contact_id, recipient) as party
        from email_interactions
        union all
        select *, recipient as party
        from email_interactions
        where
            message_key is not null and contact_id is not null and recipient is not null
    ),

    parties as (
        select feed, party
        from interactions
        where
            message_key is null
            and party is not null
            and {{ is_touched("interactions") }}
        group by feed, party
    ),

    of_parties as (
        select interactions.*
        from interactions
        inner join
            parties
            on interactions.feed = parties.feed
            and interactions.party = parties.party
    ),

    unkeyed as (
        select
            *,
            {{ content_key(["feed", "party"] + ids) }} as ids_key,
            {{ id_count(ids) }} as ids_known
        from of_parties
        where message_key is null
    ),

    -- What an event without a message id may belong to: messages with one, and sets
    -- of ids.
    keyed_messages as (
        select
            message_key as candidate_key,
            feed,
            party,
            {%- for id in ids %} min({{ id }}) as {{ id }}, {%- endfor %}
            min(occurred_at) as first_at,
            1 as is_keyed
        from of_parties
        where message_key is not null
        group by message_key, feed, party
    ),

    -- Subscription changes alone make no message.
    id_sets as (
        select
            ids_key as candidate_key,
            feed,
            party,
            {%- for id in ids %} {{ id }}, {%- endfor %}
            min(
                case
                    when not {{ is_subscription_interaction("interaction_type") }}
                    then occurred_at
                end
            ) as first_at,
            0 as is_keyed
        from unkeyed
        group by ids_key, feed, party, {{ ids | join(", ") }}
    ),

    candidates as (
        select
            *,
            {{ id_count(ids) }} as ids_known,
            {{ id_count(ids_of_ours) }} as ids_of_ours_known
        from keyed_messages
        union all
        select
            *,
            {{ id_count(ids) }} as ids_known,
            {{ id_count(ids_of_ours) }} as ids_of_ours_known
        from id_sets
    ),

    -- A set of ids belongs to a candidate with more ids that agrees on every id of the
    -- set. The candidate may lack the Message-ID if it agrees on ids of ours.
    fuller as (
        select
            part.candidate_key as part_key,
            whole.candidate_key as whole_key,
            whole.first_at,
            case
                when part.header_message_id = whole.header_message_id then 0 else 1
            end as is_other_mail
        from candidates as part
        inner join
            candidates as whole
            on part.feed = whole.feed
            and part.party = whole.party
            and part.is_keyed = 0
            and whole.first_at is not null
            {%- for id in ids_of_ours %}
                and (part.{{ id }} is null or part.{{ id }} = whole.{{ id }})
            {%- endfor %}
            and (
                part.header_message_id is null
                or part.header_message_id = whole.header_message_id
                or (whole.header_message_id is null and part.ids_of_ours_known > 0)
            )
            and (
                whole.is_keyed > part.is_keyed
                or (whole.is_keyed = part.is_keyed and whole.ids_known > part.ids_known)
            )
    ),

    wholes as (
        select * from fuller where whole_key not in (select part_key from fuller)
    ),

    -- Of several messages take the latest that had begun by then, else the first one
    -- that began.
    choices as (
        select
            unkeyed.interaction_id,
            wholes.whole_key,
            row_number() over (
                partition by unkeyed.interaction_id
                order by
                    wholes.is_other_mail,
                    case when wholes.first_at <= unkeyed.occurred_at then 0 else 1 end,
                    abs(
                        {{ epoch_microseconds("unkeyed.occurred_at") }}
                        - {{ epoch_microseconds("wholes.first_at") }}
                    ),
                    wholes.whole_key
            ) as choice
        from unkeyed
        inner join wholes on unkeyed.ids_key = wholes.part_key
    ),

    chosen as (select * from choices where choice = 1),

    messages_of_ids as (
        select candidate_key
        from id_sets
        where first_at is not null
        group by candidate_key
    )

-- A subscription change without ids, or with ids of no message, belongs to no message.
select
    unkeyed.interaction_id,
    unkeyed.feed,
    unkeyed.party,
    case
        when
            {{ is_subscription_interaction("unkeyed.interaction_type") }}
            and unkeyed.ids_known = 0
        then null
        else coalesce(chosen.whole_key, messages_of_ids.candidate_key)
    end as message_key
from unkeyed
left join chosen on unkeyed.interaction_id = chosen.interaction_id
left join messages_of_ids on unkeyed.ids_key = messages_of_ids.candidate_key
