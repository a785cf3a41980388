{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["journey_id", "tile_id"],
        meta={"unlogged": snapshot_trace()},
    )
}}

{{
    newest_snapshots(
        "journey_tiles",
        ["journey_id", "tile_id"],
        [
            "tile_type",
            "name",
            "parent_tile_id",
            "parent_path",
            "email_id",
            "sort_order",
        ],
    )
}}
