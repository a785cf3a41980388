{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["lead_scoring_model_id"],
    )
}}

{{
    newest_snapshots(
        "lead_scoring_models",
        ["lead_scoring_model_id"],
        ["name", "status", "sales_ready_score"],
    )
}}
