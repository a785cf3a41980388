with
    touched as (select * from {{ ref("int_interactions_touched") }}),

    {%- if not rebuilds_everything() %}
        parties as (select * from {{ ref("int_unkeyed_parties_touched") }}),

        -- Whether one concerns a message can change with any event of its party.
        subscriptions as (
            select interactions.interaction_id
            from {{ ref("int_interactions") }} as interactions
            inner join
                parties
                on interactions.feed = parties.feed
                and coalesce(interactions.contact_id, interactions.recipient)
                = parties.party
            where
                {{ is_subscription_interaction("interactions.interaction_type") }}
                and interactions.message_key is null
        ),

        interactions as (
            select interaction_id, interaction_type, contact_id
            from {{ ref("int_interactions") }}
            where not {{ is_email_interaction("interaction_type") }}
        ),

        details as (
            select interaction_id, visitor_id, url
            from {{ ref("int_interaction_details") }}
        ),

        visitors as (select visitor_id from {{ ref("int_visitors_touched") }}),

        addresses as (select * from {{ ref("int_web_addresses_touched") }}),

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

        -- Its visitor is known as somebody else now, and it names nobody itself.
        anonymous as (
            select interactions.interaction_id
            from interactions
            inner join details on interactions.interaction_id = details.interaction_id
            inner join visitors on details.visitor_id = visitors.visitor_id
            where interactions.contact_id is null
        ),

        -- Its URL belongs to another website, page or redirect URL now.
        elsewhere as (
            select interactions.interaction_id
            from interactions
            inner join details on interactions.interaction_id = details.interaction_id
            inner join touched_urls on details.url = touched_urls.url
        ),

    {%- endif %}
    activities as (
        select interaction_id
        from touched
        where
            (
                not {{ is_email_interaction("interaction_type") }}
                or (
                    {{ is_subscription_interaction("interaction_type") }}
                    and message_key is null
                )
            )
            and interaction_type <> 'visitor_identified'
        {%- if not rebuilds_everything() %}
            union
            select interaction_id
            from subscriptions
            union
            select interaction_id
            from anonymous
            union
            select interaction_id
            from elsewhere
        {%- endif %}
    )

select interaction_id as observation_id
from activities
group by interaction_id
