{%- set before = previous("fct_email_events") -%}
{%- set messages_before = previous("int_email_messages") -%}

with
    touched as (
        select *
        from {{ ref("int_interactions_touched") }}
        where {{ is_email_interaction("interaction_type") }}
    ),

    parties as (select * from {{ ref("int_unkeyed_parties_touched") }}),

    unkeyed as (select * from {{ ref("int_unkeyed_message_keys") }}),

    contacts as (select * from {{ ref("int_newest_contacts") }}),

    -- An unkeyed event can move between messages when any event of its party arrives.
    moved as (
        select unkeyed.interaction_id, unkeyed.message_key
        from unkeyed
        inner join
            parties on unkeyed.feed = parties.feed and unkeyed.party = parties.party
    ),

    messages as (
        select
            coalesce(message_key, {{ content_key(["interaction_id"]) }}) as message_key
        from touched
        union
        select message_key
        from moved
        {%- if before %}
            union
            select before.message_key
            from {{ before }} as before
            inner join touched on before.interaction_id = touched.interaction_id
            union
            select before.message_key
            from {{ before }} as before
            inner join moved on before.interaction_id = moved.interaction_id
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
