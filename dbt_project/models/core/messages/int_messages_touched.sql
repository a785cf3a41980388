{%- set before = previous("int_email_messages") -%}

{{
    config(
        meta=follows(
            none,
            {
                "int_interactions": none,
                "int_unkeyed_message_keys": none,
                "int_newest_contacts": none,
            },
        )
    )
}}

with
    changed as (
        select *
        from {{ changes_of("int_interactions") }} as changed
        where {{ is_email_interaction("interaction_type") }}
    ),

    changed_keys as (
        select * from {{ changes_of("int_unkeyed_message_keys") }} as changed
    ),

    contacts as (
        select contact_id from {{ changes_of("int_newest_contacts") }} as changed
    ),

    unkeyed as (select * from {{ ref("int_unkeyed_message_keys") }}),

    -- An event without a message id for which no message is found is a message of its
    -- own.
    keys as (
        select message_key
        from changed
        union
        select {{ content_key(["interaction_id"]) }} as message_key
        from changed
        where message_key is null
        union
        select message_key
        from unkeyed
        where
            interaction_id
            in (select interaction_id from changed where message_key is null)
        -- Such an event may move to another message when any event of its party
        -- arrives.
        union
        select message_key
        from changed_keys
        {%- if before %}
            -- A message whose events name no address has that of its contact.
            union
            select message_key
            from {{ before }}
            where
                is_domain_of_contact and contact_id in (select contact_id from contacts)
        {%- endif %}
    )

select message_key
from keys
where message_key is not null
