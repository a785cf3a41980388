{{
    config(
        materialized="incremental",
        unique_key=["journey_id", "tile_id", "reason"],
        meta=follows(["journey_id", "tile_id"], {"fct_journey_passes": none}),
    )
}}

with
    passes as (
        select passes.*
        from {{ ref("fct_journey_passes") }} as passes
        where {{ is_touched("passes") }}
    )

select journey_id, tile_id, reason, count(*) as passes
from passes
where was_blocked
group by journey_id, tile_id, reason
