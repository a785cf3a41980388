{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["form_id"],
        meta={"unlogged": snapshot_trace()},
    )
}}

{{ newest_snapshots("forms", ["form_id"], ["name"]) }}
