{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["event_id"],
        meta={"unlogged": snapshot_trace()},
    )
}}

{{ newest_snapshots("events", ["event_id"], ["name", "starts_at", "ends_at"]) }}
