{{
    config(
        meta=follows(
            none, {"int_interactions": none, "int_interaction_details": none}
        )
    )
}}

with
    changed as (select * from {{ changes_of("int_interactions") }} as changed),

    changed_details as (
        select * from {{ changes_of("int_interaction_details") }} as changed
    ),

    interactions as (
        select *
        from {{ ref("int_interactions") }}
        where interaction_id in (select interaction_id from changed)
    ),

    details as (
        select *
        from {{ ref("int_interaction_details") }}
        where interaction_id in (select interaction_id from changed_details)
    ),

    touched_mentions as ({{ mentions("changed", "changed_details") }}),

    named as ({{ mentions("interactions", "details") }}),

    mentions as (
        select entity_type, entity_id, parent_id, 0 as naming
        from touched_mentions
        union all
        select entity_type, entity_id, parent_id, 1 as naming
        from named
    )

select
    {{ content_key(["entity_type", "entity_id", "parent_id"]) }} as mention_key,
    entity_type,
    entity_id,
    parent_id,
    max(naming) = 1 as is_named
from mentions
group by entity_type, entity_id, parent_id
