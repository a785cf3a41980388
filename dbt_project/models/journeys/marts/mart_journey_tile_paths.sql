{{
    config(
        materialized="incremental",
        unique_key=["journey_id", "tile_id", "path"],
        meta=follows(["journey_id", "tile_id"], {"fct_journey_passes": none}),
    )
}}

with
    passes as (
        select passes.*
        from {{ ref("fct_journey_passes") }} as passes
        where {{ is_touched("passes") }}
    )

select journey_id, tile_id, path, count(*) as passes
from passes
where was_processed
group by journey_id, tile_id, path
