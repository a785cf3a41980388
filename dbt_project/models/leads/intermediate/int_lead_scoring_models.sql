{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["lead_scoring_model_id"],
        meta={"unlogged": snapshot_trace()},
    )
}}

{{
    newest_snapshots(
        "lead_scoring_models",
        ["lead_scoring_model_id"],
        ["name", "status", "sales_ready_score"],
    )
}}
