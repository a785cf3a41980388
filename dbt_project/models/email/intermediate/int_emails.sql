{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["email_id"],
        meta={"unlogged": snapshot_trace()},
    )
}}

{{ newest_snapshots("emails", ["email_id"], ["name", "subject", "html"]) }}
