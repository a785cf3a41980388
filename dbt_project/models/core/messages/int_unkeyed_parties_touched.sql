{%- set before = previous("int_unkeyed_message_keys") -%}

with
    touched as (
        select *
        from {{ ref("int_interactions_touched") }}
        where {{ is_email_interaction("interaction_type") }}
    ),

    left_behind as (
        select *
        from {{ ref("int_interactions_before") }}
        where {{ is_email_interaction("interaction_type") }}
    ),

    interactions as (select * from {{ ref("int_interactions") }}),

    unkeyed_feeds as (
        select distinct feed
        from interactions
        where message_key is null and {{ is_email_interaction("interaction_type") }}
    ),

    parties as (
        select touched.feed, touched.party
        from touched
        inner join unkeyed_feeds on touched.feed = unkeyed_feeds.feed
        where touched.party is not null
        -- A message is found by its address too.
        union
        select touched.feed, touched.recipient
        from touched
        inner join unkeyed_feeds on touched.feed = unkeyed_feeds.feed
        where touched.recipient is not null
        -- A message with an id can be another party's now; others joined it here.
        union
        select left_behind.feed, left_behind.party
        from left_behind
        inner join unkeyed_feeds on left_behind.feed = unkeyed_feeds.feed
        where left_behind.party is not null
        union
        select left_behind.feed, left_behind.recipient
        from left_behind
        inner join unkeyed_feeds on left_behind.feed = unkeyed_feeds.feed
        where left_behind.recipient is not null
        {%- if before %}
            union
            select before.feed, before.party
            from {{ before }} as before
            inner join touched on before.interaction_id = touched.interaction_id
            {%- endif %} {{- noted_before_interruption(["feed", "party"]) }}
    )

select feed, party
from parties
group by feed, party
