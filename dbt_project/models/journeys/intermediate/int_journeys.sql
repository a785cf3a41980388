{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["journey_id"],
        meta={"unlogged": snapshot_trace()},
    )
}}

{{
    newest_snapshots(
        "journeys",
        ["journey_id"],
        ["name", "status", "started_at", "ended_at", "is_recurring"],
    )
}}
