{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["segment_id"],
    )
}}

{{ newest_snapshots("segments", ["segment_id"], ["name", "segment_type"]) }}
