{{
    config(
        materialized="incremental",
        unique_key=["journey_id", "tile_id", "contact_id", "iteration_id"],
        meta=follows(
            pass_columns(),
            {
                "int_activities": {
                    "columns": {
                        "journey_id": "coalesce(journey_id, 'unknown')",
                        "tile_id": "coalesce(tile_id, 'unknown')",
                        "contact_id": "coalesce(contact_id, 'unknown')",
                        "iteration_id": "coalesce(iteration_id, 'unknown')",
                    },
                    "where": "interaction_type like 'journey~_tile~_%' escape '~'",
                },
            },
        ),
    )
}}

{%- set pass = pass_columns() | join(", ") %}

with
    activities as (
        select
            interaction_id,
            interaction_type,
            occurred_at,
            reason,
            path,
            coalesce(journey_id, 'unknown') as journey_id,
            coalesce(tile_id, 'unknown') as tile_id,
            coalesce(contact_id, 'unknown') as contact_id,
            coalesce(iteration_id, 'unknown') as iteration_id
        from {{ ref("int_activities") }}
        where
            interaction_type in (
                'journey_tile_entered',
                'journey_tile_processed',
                'journey_tile_blocked',
                'journey_tile_failed'
            )
    ),

    events as (
        select activities.* from activities where {{ is_touched("activities") }}
    ),

    -- The latest event decides the state: a contact who enters again after an outcome,
    -- in a loop, is waiting again.
    ranked as (
        select
            *,
            row_number() over (
                partition by {{ pass }}
                order by
                    occurred_at desc,
                    {{ pass_precedence("interaction_type") }},
                    interaction_id
            ) as recency
        from events
    ),

    latest as (
        select
            {{ pass }},
            occurred_at,
            reason,
            path,
            case
                interaction_type
                when 'journey_tile_processed'
                then 'processed'
                when 'journey_tile_failed'
                then 'failed'
                when 'journey_tile_blocked'
                then 'blocked'
                else 'processing'
            end as state
        from ranked
        where recency = 1
    ),

    -- An outcome without an entry event makes a pass too, and counts as entered.
    spans as (
        select
            {{ pass }},
            coalesce(
                min(
                    case
                        when interaction_type = 'journey_tile_entered' then occurred_at
                    end
                ),
                min(occurred_at)
            ) as entered_at
        from events
        group by {{ pass }}
    )

select
    latest.journey_id,
    latest.tile_id,
    latest.contact_id,
    latest.iteration_id,
    latest.state,
    case
        when latest.state = 'blocked' then coalesce(latest.reason, 'other')
    end as reason,
    case
        when latest.state = 'processed' then coalesce(latest.path, 'unknown')
    end as path,
    spans.entered_at,
    case when latest.state <> 'processing' then latest.occurred_at end as left_at,
    {{ reporting_date("spans.entered_at") }} as entry_date,
    latest.state = 'processing' as is_processing,
    latest.state = 'blocked' as was_blocked,
    latest.state = 'failed' as was_failed,
    latest.state = 'processed' as was_processed
from latest
inner join spans on {{ same_key("latest", "spans", pass_columns()) }}
