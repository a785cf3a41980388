{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["event_id"],
    )
}}

{{ newest_snapshots("events", ["event_id"], ["name", "starts_at", "ends_at"]) }}
