{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["journey_id", "tile_id", "path"],
        meta={
            "touched_by": "int_passes_touched",
            "touched_columns": ["journey_id", "tile_id"],
        },
    )
}}

-- depends_on: {{ ref("int_passes_touched") }}
with
    passes as (
        select passes.*
        from {{ ref("fct_journey_passes") }} as passes
        {% if is_incremental() -%}
            where
                {{
                    in_relation(
                        "passes", ["journey_id", "tile_id"], ref("int_passes_touched")
                    )
                }}
        {%- endif %}
    )

select journey_id, tile_id, path, count(*) as passes
from passes
where was_processed
group by journey_id, tile_id, path
