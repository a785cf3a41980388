{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["journey_id", "tile_id"],
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
