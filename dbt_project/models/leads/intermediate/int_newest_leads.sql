{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["lead_id"],
        meta={"unlogged": snapshot_trace()},
    )
}}

{{
    newest_snapshots(
        "leads",
        ["lead_id"],
        [
            "contact_id",
            "account_id",
            "topic",
            "stage",
            "status",
            "created_at",
            "closed_at",
            "source_email_id",
            "source_journey_id",
            "source_page_id",
            "source_form_id",
        ],
    )
}}
