{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["form_id"],
    )
}}

{{ newest_snapshots("forms", ["form_id"], ["name"]) }}
