{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["account_id"],
    )
}}

{{ newest_snapshots("accounts", ["account_id"], ["name"]) }}
