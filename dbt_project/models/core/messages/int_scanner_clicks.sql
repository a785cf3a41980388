{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(["message_key"], {"int_messages_touched": none}),
    )
}}

{#- Numbers from the definition of a scanner's click, in microseconds. -#}
{%- set burst = 5 * 1000000 -%}
{%- set after_delivery = 10 * 1000000 -%}

with
    interactions as (
        select interactions.*
        from {{ interactions_of_touched_messages() }} as interactions
        where {{ is_touched("interactions") }}
    ),

    clicks as (
        select
            interaction_id,
            message_key,
            link_url,
            {{ epoch_microseconds("occurred_at") }} as clicked_us,
            floor({{ epoch_microseconds("occurred_at") }} / {{ burst }}.0) as bucket
        from interactions
        where interaction_type = 'email_clicked'
    ),

    deliveries as (
        select message_key, min({{ epoch_microseconds("occurred_at") }}) as delivered_us
        from interactions
        where interaction_type = 'email_delivered'
        group by message_key
    ),

    right_after_delivery as (
        select clicks.interaction_id, clicks.message_key
        from clicks
        inner join deliveries on clicks.message_key = deliveries.message_key
        where
            clicks.clicked_us >= deliveries.delivered_us
            and clicks.clicked_us < deliveries.delivered_us + {{ after_delivery }}
    ),

    many_links as (
        select message_key
        from clicks
        group by message_key
        having count(distinct link_url) >= 3
    ),

    suspects as (
        select clicks.*
        from clicks
        inner join many_links on clicks.message_key = many_links.message_key
    ),

    moments as (
        select distinct message_key, link_url, clicked_us, bucket from suspects
    ),

    -- A burst of clicks can only extend from the bucket in which it begins into the
    -- next one.
    reach as (
        select message_key, clicked_us, bucket as reached_bucket
        from moments
        union
        select message_key, clicked_us, bucket + 1 as reached_bucket
        from moments
    ),

    bursts as (
        select reach.message_key, reach.clicked_us as began_us
        from reach
        inner join
            moments
            on reach.message_key = moments.message_key
            and reach.reached_bucket = moments.bucket
            and moments.clicked_us >= reach.clicked_us
            and moments.clicked_us <= reach.clicked_us + {{ burst }}
        group by reach.message_key, reach.clicked_us
        having count(distinct moments.link_url) >= 3
    ),

    in_bursts as (
        select suspects.interaction_id, suspects.message_key
        from suspects
        inner join
            reach
            on suspects.message_key = reach.message_key
            and suspects.bucket = reach.reached_bucket
            and suspects.clicked_us >= reach.clicked_us
            and suspects.clicked_us <= reach.clicked_us + {{ burst }}
        inner join
            bursts
            on reach.message_key = bursts.message_key
            and reach.clicked_us = bursts.began_us
    )

select interaction_id, message_key
from right_after_delivery
union
select interaction_id, message_key
from in_bursts
