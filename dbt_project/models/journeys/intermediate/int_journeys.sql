{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["journey_id"],
    )
}}

{{
    newest_snapshots(
        "journeys",
        ["journey_id"],
        ["name", "status", "started_at", "ended_at", "is_recurring"],
    )
}}
