{{
    config(
        materialized="incremental",
        unique_key="mention_key",
        meta=follows(["mention_key"], {"int_mentions_touched": none}),
    )
}}

with
    interactions as {{ read_in_place() }} (select * from {{ ref("int_interactions") }}),

    details as (select * from {{ ref("int_interaction_details") }}),

    {% if is_incremental() -%}
        touched as (select * from {{ ref("int_mentions_touched") }}),

        -- Ids no longer named, because the copy that named them was replaced; usually
        -- there are none.
        left_behind as (select * from touched where not is_named),

        mentions as (
            select entity_type, entity_id, parent_id
            from touched
            where is_named
            union all
            select entity_type, entity_id, parent_id
            from
                (
                    {{ mentions("interactions", "details", among="left_behind") }}
                ) as still_named
        )
    {%- else -%} mentions as ({{ mentions("interactions", "details") }})
    {%- endif %}

select
    {{ content_key(["entity_type", "entity_id", "parent_id"]) }} as mention_key,
    entity_type,
    entity_id,
    parent_id
from mentions
