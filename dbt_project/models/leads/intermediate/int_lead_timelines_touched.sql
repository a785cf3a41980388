{%- set insights_before = previous("mart_lead_insights") -%}
{%- set timeline_before = previous("mart_lead_timeline") -%}

with
    changes as (
        select lead_id from {{ ref("int_activity_changes") }} where lead_id is not null
    ),

    stages as (select lead_id from {{ ref("int_lead_stages_touched") }}),

    leads as (select lead_id, contact_id from {{ ref("int_leads") }}),

    interactions as (select * from {{ ref("int_contact_interactions_touched") }}),

    renamed as (
        select *
        from {{ ref("int_entity_names_touched") }}
        {% if rebuilds_everything() %} where 1 = 0 {% endif %}
    ),

    activities as (select * from {{ ref("int_activities") }}),

    -- What is told of a tile's pass names the tile.
    of_renamed_tiles as (
        select lead_id, contact_id
        from activities
        where
            (tile_id, journey_id) in (
                select entity_id, parent_id
                from renamed
                where entity_type = 'journey_tile'
            )
    ),

    contacts as (
        select contact_id
        from interactions
        union
        select contact_id
        from of_renamed_tiles
    ),

    touched as (
        select lead_id
        from changes
        union
        select lead_id
        from stages
        union
        select lead_id
        from of_renamed_tiles
        where lead_id is not null
        union
        select leads.lead_id
        from leads
        inner join contacts on leads.contact_id = contacts.contact_id
        {%- if insights_before and timeline_before %}
            -- The lead is new, or another contact's.
            union
            select moved.lead_id
            from
                (
                    select lead_id, contact_id
                    from leads
                    except
                    select lead_id, contact_id
                    from {{ insights_before }}
                ) as moved
            -- A timeline names the entities, so a new name touches it.
            union
            select lead_id
            from {{ timeline_before }}
            where
                (entity_type, entity_id)
                in (select entity_type, entity_id from renamed where parent_id = '')
            {%- endif %} {{- noted_before_interruption(["lead_id"]) }}
    )

select lead_id
from touched
group by lead_id
