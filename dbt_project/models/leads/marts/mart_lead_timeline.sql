{{
    config(
        materialized="incremental",
        unique_key=["lead_id", "interaction_id"],
        meta=follows(
            ["lead_id"],
            {
                "int_activities": none,
                "fct_lead_scores": none,
                "int_lead_stages": none,
                "int_newest_leads": none,
                "int_merged_contacts": {
                    "through": "int_newest_leads",
                    "by": {"contact_id": "contact_id"},
                },
                "mart_contact_timeline": {
                    "through": "int_leads",
                    "by": {"contact_id": "contact_id"},
                },
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
    leads as (
        select * from {{ ref("int_leads") }} as leads where {{ is_touched("leads") }}
    ),

    activities as (
        select *
        from {{ ref("int_activities") }} as activities
        where lead_id is not null and {{ is_touched("activities") }}
    ),

    contact_timeline as (
        select *
        from {{ ref("mart_contact_timeline") }}
        where contact_id in (select contact_id from leads)
    ),

    stages as (
        select *
        from {{ ref("int_lead_stages") }} as stages
        where {{ is_touched("stages") }}
    ),

    lead_scores as (
        select *
        from {{ ref("fct_lead_scores") }} as scores
        where {{ is_touched("scores") }}
    ),

    names as (select * from {{ ref("int_entity_names") }}),

    scores as (
        select
            interaction_id,
            lead_scoring_model_id,
            score,
            grade,
            lag(score) over (
                partition by lead_id, lead_scoring_model_id
                order by scored_at, interaction_id
            ) as score_before
        from lead_scores
    ),

    with_tiles as (
        select activities.*, names.entity_name as tile_name
        from activities
        left join
            names
            on names.entity_type = 'journey_tile'
            and activities.tile_id = names.entity_id
            and activities.journey_id = names.parent_id
    ),

    own as (
        select
            lead_id,
            interaction_id,
            occurred_at,
            interaction_type,
            {{ entity_type_of_interaction() }} as entity_type,
            {{ entity_id_of_activity() }} as entity_id,
            {{ activity_detail("tile_name") }} as detail,
            is_machine
        from with_tiles
    ),

    -- Stages that only a CRM snapshot shows, without an event.
    told_by_snapshots as (
        select
            lead_id,
            interaction_id,
            occurred_at,
            'lead_stage_changed' as interaction_type,
            'lead' as entity_type,
            lead_id as entity_id,
            stage as detail,
            false as is_machine
        from stages
        where is_snapshot
    ),

    of_contacts as (
        select
            leads.lead_id,
            contact_timeline.interaction_id,
            contact_timeline.occurred_at,
            contact_timeline.interaction_type,
            contact_timeline.entity_type,
            contact_timeline.entity_id,
            contact_timeline.detail,
            contact_timeline.is_machine
        from contact_timeline
        inner join leads on contact_timeline.contact_id = leads.contact_id
        left join
            own
            on contact_timeline.interaction_id = own.interaction_id
            and leads.lead_id = own.lead_id
        where own.interaction_id is null
    ),

    interactions as (
        select *, interaction_id as own_interaction_id
        from own
        union all
        select *, interaction_id as own_interaction_id
        from told_by_snapshots
        union all
        select *, null as own_interaction_id
        from of_contacts
    )

-- A change of another lead of the same contact is listed as an interaction, not as a
-- change of this lead.
select
    interactions.lead_id,
    interactions.interaction_id,
    interactions.occurred_at,
    interactions.interaction_type,
    case
        when interactions.own_interaction_id is null
        then 'interaction'
        when stages.interaction_id is not null
        then 'stage'
        when scores.interaction_id is not null
        then 'score'
        else 'interaction'
    end as change,
    stages.stage_before,
    stages.stage,
    scores.lead_scoring_model_id,
    scores.score_before,
    scores.score,
    scores.grade,
    interactions.entity_type,
    interactions.entity_id,
    names.entity_name,
    interactions.detail,
    interactions.is_machine
from interactions
-- Whether a row is the lead's own is part of the key, because DuckDB plans a condition
-- on one side alone as a nested loop.
left join stages on interactions.own_interaction_id = stages.interaction_id
left join scores on interactions.own_interaction_id = scores.interaction_id
left join
    names
    on interactions.entity_type = names.entity_type
    and interactions.entity_id = names.entity_id
    and names.parent_id = ''
