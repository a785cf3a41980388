{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key="interaction_id",
        meta={
            "touched_by": "int_timeline_touched",
            "touched_columns": ["interaction_id"],
        },
    )
}}

-- depends_on: {{ ref("int_timeline_touched") }}
with
    events as (
        select *
        from {{ ref("fct_email_events") }}
        where
            contact_id <> 'unknown'
            {%- if is_incremental() %}
                and interaction_id
                in (select interaction_id from {{ ref("int_timeline_touched") }})
            {%- endif %}
    ),

    activities as (
        select *
        from {{ ref("int_activities") }}
        where
            contact_id is not null
            {%- if is_incremental() %}
                and interaction_id
                in (select interaction_id from {{ ref("int_timeline_touched") }})
            {%- endif %}
    ),

    names as (select * from {{ ref("int_entity_names") }}),

    with_tiles as (
        select activities.*, names.entity_name as tile_name
        from activities
        left join
            names
            on names.entity_type = 'journey_tile'
            and activities.tile_id = names.entity_id
            and activities.journey_id = names.parent_id
    ),

    interactions as (
        select
            interaction_id,
            contact_id,
            occurred_at,
            interaction_type,
            'email' as entity_type,
            email_id as entity_id,
            case
                when interaction_type = 'email_clicked'
                then {{ without_addresses("link_url") }}
                when
                    interaction_type
                    in ('email_bounced', 'email_blocked', 'email_sending_failed')
                then reason
            end as detail
        from events
        union all
        select
            interaction_id,
            contact_id,
            occurred_at,
            interaction_type,
            {{ entity_type_of_interaction() }} as entity_type,
            {{ entity_id_of_activity() }} as entity_id,
            {{ activity_detail("tile_name") }} as detail
        from with_tiles
    )

select
    interactions.interaction_id,
    interactions.contact_id,
    interactions.occurred_at,
    interactions.interaction_type,
    interactions.entity_type,
    interactions.entity_id,
    names.entity_name,
    interactions.detail
from interactions
left join
    names
    on interactions.entity_type = names.entity_type
    and interactions.entity_id = names.entity_id
    and names.parent_id = ''
