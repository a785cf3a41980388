{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["website_id"],
    )
}}

{{ newest_snapshots("websites", ["website_id"], ["name", "hosts"]) }}
