{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["page_id"],
    )
}}

{{ newest_snapshots("pages", ["page_id"], ["name", "url", "form_id"]) }}
