{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["segment_id"],
        meta={"unlogged": snapshot_trace()},
    )
}}

{{ newest_snapshots("segments", ["segment_id"], ["name", "segment_type"]) }}
