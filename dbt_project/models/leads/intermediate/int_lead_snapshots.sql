{%- set key = ["lead_id", "snapshot_date"] -%}

{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["lead_id", "snapshot_date"],
        meta={"unlogged": ["feed", "file", "line_number"]},
    )
}}

with leads as (select * from {{ ref("stg_crm__leads") }})

-- Keep every snapshot, not only those with a new stage: one that arrives late may lie
-- between two with the same stage.
select
    leads.lead_id,
    leads.snapshot_date,
    leads.feed,
    leads.file,
    leads.line_number,
    leads.stage
from leads
{% if is_incremental() -%}
    left join {{ this }} as known on {{ same_key("leads", "known", key) }}
    where known.snapshot_date is null or not {{ stands_against("known", "leads") }}
{%- endif %}
