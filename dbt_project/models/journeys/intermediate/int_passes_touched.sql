with
    changes as (
        select *
        from {{ ref("int_activity_changes") }}
        where
            interaction_type in (
                'journey_tile_entered',
                'journey_tile_processed',
                'journey_tile_blocked',
                'journey_tile_failed'
            )
    )

select journey_id, tile_id, coalesce(contact_id, 'unknown') as contact_id, iteration_id
from changes
group by journey_id, tile_id, coalesce(contact_id, 'unknown'), iteration_id
