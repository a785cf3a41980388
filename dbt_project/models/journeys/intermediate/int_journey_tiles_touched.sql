{%- set before = previous("mart_journey_tile_volumes_daily") -%}

with
    passes as (select * from {{ ref("int_passes_touched") }}),

    {%- if before %}
        before as (select * from {{ before }}),

        tiles as (select * from {{ ref("dim_journey_tile") }}),

        -- The CRM says something else of the tile now.
        described_anew as (
            select journey_id, tile_id, tile_type, name
            from before
            except
            select journey_id, tile_id, tile_type, name
            from tiles
        ),

    {%- endif %}
    touched as (
        select journey_id, tile_id
        from passes
        {%- if before %}
            union
            select journey_id, tile_id
            from described_anew
        {%- endif %}
    )

-- depends_on: {{ ref("dim_journey_tile") }}
select journey_id, tile_id
from touched
group by journey_id, tile_id
