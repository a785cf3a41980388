{{
    config(
        materialized="incremental",
        unique_key=["journey_id", "contact_id", "iteration_id"],
        meta=follows(
            ["journey_id", "contact_id", "iteration_id"], {"fct_journey_passes": none}
        ),
    )
}}

{%- set participation = ["journey_id", "contact_id", "iteration_id"] %}

with
    passes as (
        select passes.*
        from {{ ref("fct_journey_passes") }} as passes
        where {{ is_touched("passes") }}
    ),

    -- A tile on which the contact still waits comes before any outcome, a later outcome
    -- before an earlier one.
    ranked as (
        select
            *,
            row_number() over (
                partition by {{ participation | join(", ") }}
                order by
                    case when is_processing then 0 else 1 end,
                    left_at desc,
                    {{ pass_precedence("'journey_tile_' || state") }},
                    tile_id
            ) as recency
        from passes
    ),

    firsts as (
        select
            {{ participation | join(", ") }},
            min(entered_at) as entered_at,
            count(*) as tiles
        from passes
        group by {{ participation | join(", ") }}
    ),

    deciding as (select * from ranked where recency = 1)

select
    deciding.journey_id,
    deciding.contact_id,
    deciding.iteration_id,
    firsts.entered_at,
    firsts.tiles,
    deciding.is_processing as is_in_progress,
    deciding.was_blocked or deciding.was_failed as was_stopped,
    deciding.was_processed as was_completed
from deciding
inner join firsts on {{ same_key("deciding", "firsts", participation) }}
