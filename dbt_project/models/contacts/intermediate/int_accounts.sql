{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["account_id"],
        meta={"unlogged": snapshot_trace()},
    )
}}

{{ newest_snapshots("accounts", ["account_id"], ["name"]) }}
