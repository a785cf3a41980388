{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["contact_id"],
        meta={"unlogged": snapshot_trace()},
    )
}}

{{
    newest_snapshots(
        "contacts",
        ["contact_id"],
        [
            "email",
            "first_name",
            "last_name",
            "account_id",
            "country",
            "created_at",
            "do_not_bulk_email",
            "consent_level",
            "merged_into",
        ],
    )
}}
