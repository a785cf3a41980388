{{
    config(
        materialized="incremental",
        unique_key=["contact_id", "interaction_type", "interaction_date"],
        meta=follows(
            ["contact_id", "interaction_type", "interaction_date"],
            {
                "mart_contact_timeline": {
                    "columns": {"interaction_date": reporting_date("occurred_at")}
                }
            },
        ),
    )
}}

with
    timeline as (
        select
            contact_id,
            interaction_type,
            {{ reporting_date("occurred_at") }} as interaction_date
        from {{ ref("mart_contact_timeline") }}
    )

select
    timeline.contact_id,
    timeline.interaction_type,
    timeline.interaction_date,
    count(*) as interactions
from timeline
where {{ is_touched("timeline") }}
group by timeline.contact_id, timeline.interaction_type, timeline.interaction_date
