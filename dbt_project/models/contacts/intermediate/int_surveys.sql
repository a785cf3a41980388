{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["survey_id"],
        meta={"unlogged": snapshot_trace()},
    )
}}

{{ newest_snapshots("surveys", ["survey_id"], ["name"]) }}
