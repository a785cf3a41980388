{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["redirect_url_id"],
    )
}}

{{
    newest_snapshots(
        "redirect_urls", ["redirect_url_id"], ["name", "path", "target_url"]
    )
}}
