{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["page_id"],
        meta={"unlogged": snapshot_trace()},
    )
}}

{{ newest_snapshots("pages", ["page_id"], ["name", "url", "form_id"]) }}
