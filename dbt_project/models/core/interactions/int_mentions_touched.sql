{%- set known = previous("int_mentioned_ids") -%}

with
    touched as (select interaction_id from {{ ref("int_interactions_touched") }}),

    interactions as (
        select *
        from {{ ref("int_interactions") }}
        where interaction_id in (select interaction_id from touched)
    ),

    details as (
        select *
        from {{ ref("int_interaction_details") }}
        where interaction_id in (select interaction_id from touched)
    ),

    before as (select * from {{ ref("int_interactions_before") }}),

    named as ({{ mentions("interactions", "details") }}),

    left_behind as ({{ mentions("before", "before") }}),

    touched_mentions as (
        select entity_type, entity_id, parent_id, 1 as naming
        from named
        union all
        select entity_type, entity_id, parent_id, 0 as naming
        from left_behind
    ),

    mentions as (
        select
            {{ content_key(["entity_type", "entity_id", "parent_id"]) }} as mention_key,
            entity_type,
            entity_id,
            parent_id,
            max(naming) = 1 as is_named
        from touched_mentions
        group by entity_type, entity_id, parent_id
    )

select mention_key, entity_type, entity_id, parent_id, is_named
from mentions
{% if known -%}
    where not is_named or mention_key not in (select mention_key from {{ known }})
{%- endif %}
