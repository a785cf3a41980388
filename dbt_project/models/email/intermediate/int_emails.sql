{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["email_id"],
    )
}}

{{ newest_snapshots("emails", ["email_id"], ["name", "subject", "html"]) }}
