{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["survey_id"],
    )
}}

{{ newest_snapshots("surveys", ["survey_id"], ["name"]) }}
