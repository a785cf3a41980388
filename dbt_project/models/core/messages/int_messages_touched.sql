{%- set before = previous("fct_email_events") -%}
{%- set messages_before = previous("int_email_messages") -%}

with
    touched as (
        select *
        from {{ ref("int_interactions_touched") }}
        where {{ is_email_interaction("interaction_type") }}
    ),

    left_behind as (
        select message_key
        from {{ ref("int_interactions_before") }}
        where {{ is_email_interaction("interaction_type") }}
    ),

    parties as (select * from {{ ref("int_unkeyed_parties_touched") }}),

    unkeyed as (select * from {{ ref("int_unkeyed_message_keys") }}),

    unkeyed_before as (select * from {{ ref("int_unkeyed_keys_before") }}),

    contacts as (select * from {{ ref("int_newest_contacts") }}),

    -- An unkeyed event can move between messages when any event of its party arrives.
    moved_to as (
        select unkeyed.message_key
        from unkeyed
        inner join
            parties on unkeyed.feed = parties.feed and unkeyed.party = parties.party
        left join
            unkeyed_before on unkeyed.interaction_id = unkeyed_before.interaction_id
        where
            unkeyed.message_key is not null
            and (
                unkeyed_before.message_key is null
                or unkeyed_before.message_key <> unkeyed.message_key
            )
    ),

    moved_from as (
        select unkeyed_before.message_key
        from unkeyed_before
        left join unkeyed on unkeyed_before.interaction_id = unkeyed.interaction_id
        where
            unkeyed_before.message_key <> ''
            and (
                unkeyed.message_key is null
                or unkeyed.message_key <> unkeyed_before.message_key
            )
    ),

    messages as (
        select
            coalesce(
                touched.message_key,
                unkeyed.message_key,
                {{ content_key(["touched.interaction_id"]) }}
            ) as message_key
        from touched
        left join unkeyed on touched.interaction_id = unkeyed.interaction_id
        union
        select message_key
        from moved_to
        union
        select message_key
        from moved_from
        union
        select message_key
        from left_behind
        where message_key is not null
        {%- if before %}
            union
            select before.message_key
            from {{ before }} as before
            inner join touched on before.interaction_id = touched.interaction_id
        {%- endif %}
        {%- if messages_before %}
            -- The contact has another address now, and only the contact told the
            -- domain.
            union
            select messages_before.message_key
            from {{ messages_before }} as messages_before
            inner join contacts on messages_before.contact_id = contacts.contact_id
            where
                messages_before.is_domain_of_contact
                and messages_before.recipient_domain
                <> {{ email_domain("contacts.email") }}
            {%- endif %} {{- noted_before_interruption(["message_key"]) }}
    )

select message_key
from messages
group by message_key
