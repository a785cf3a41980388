{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(
            ["interaction_id"],
            {
                "fct_email_events": none,
                "int_activities": none,
                "int_entity_names": [
                    {
                        "through": "this",
                        "by": {
                            "entity_type": "entity_type",
                            "entity_id": "entity_id",
                        },
                        "where": "parent_id = ''",
                    },
                    {
                        "through": "int_activities",
                        "by": {"tile_id": "entity_id", "journey_id": "parent_id"},
                    },
                ],
            },
        ),
    )
}}

with
    events as (
        select *
        from {{ ref("fct_email_events") }} as events
        where contact_id <> 'unknown' and {{ is_touched("events") }}
    ),

    activities as (
        select *
        from {{ ref("int_activities") }} as activities
        where contact_id is not null and {{ is_touched("activities") }}
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
            end as detail,
            is_machine
        from events
        union all
        select
            interaction_id,
            contact_id,
            occurred_at,
            interaction_type,
            {{ entity_type_of_interaction() }} as entity_type,
            {{ entity_id_of_activity() }} as entity_id,
            {{ activity_detail("tile_name") }} as detail,
            is_machine
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
    interactions.detail,
    interactions.is_machine
from interactions
left join
    names
    on interactions.entity_type = names.entity_type
    and interactions.entity_id = names.entity_id
    and names.parent_id = ''
