{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["redirect_url_id"],
        meta={"unlogged": snapshot_trace()},
    )
}}

{{
    newest_snapshots(
        "redirect_urls", ["redirect_url_id"], ["name", "path", "target_url"]
    )
}}
