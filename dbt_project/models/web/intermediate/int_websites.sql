{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["website_id"],
        meta={"unlogged": snapshot_trace()},
    )
}}

{{ newest_snapshots("websites", ["website_id"], ["name", "hosts"]) }}
