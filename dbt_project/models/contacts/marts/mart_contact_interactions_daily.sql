{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["contact_id", "interaction_type", "interaction_date"],
        meta={
            "touched_by": "int_contact_interactions_touched",
            "touched_columns": ["contact_id", "interaction_type", "interaction_date"],
        },
    )
}}

-- depends_on: {{ ref("int_contact_interactions_touched") }}
with
    timeline as (
        select
            contact_id,
            interaction_type,
            {{ reporting_date("occurred_at") }} as interaction_date
        from {{ ref("mart_contact_timeline") }}
        {% if is_incremental() -%}
            where
                contact_id in (
                    select contact_id from {{ ref("int_contact_interactions_touched") }}
                )
        {%- endif %}
    )

select
    timeline.contact_id,
    timeline.interaction_type,
    timeline.interaction_date,
    count(*) as interactions
from timeline
{% if is_incremental() -%}
    where
        {{
            in_relation(
                "timeline",
                ["contact_id", "interaction_type", "interaction_date"],
                ref("int_contact_interactions_touched"),
            )
        }}
{%- endif %}
group by timeline.contact_id, timeline.interaction_type, timeline.interaction_date
