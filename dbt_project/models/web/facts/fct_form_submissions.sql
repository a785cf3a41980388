{{
    config(
        materialized="incremental",
        unique_key="submission_id",
        meta=follows(
            ["submission_id"],
            {
                "int_activities": {"where": "interaction_type = 'form_submitted'"},
                "int_submission_attributions": {
                    "through": "int_activities",
                    "by": {"interaction_id": "interaction_id"},
                },
                "fct_email_messages": {
                    "through": "this",
                    "by": {"attributed_message_key": "message_key"},
                },
            },
        ),
    )
}}

with
    reports as (
        select *, {{ report_number() }} as report_number
        from {{ ref("int_activities") }} as activities
        where interaction_type = 'form_submitted' and {{ is_touched("activities") }}
    ),

    -- Where a feed reports one submission several times, keep the first report.
    submissions as (select * from reports where report_number = 1),

    attributions as (select * from {{ ref("int_submission_attributions") }}),

    messages as (select * from {{ ref("fct_email_messages") }})

select
    submissions.submission_id,
    submissions.interaction_id,
    submissions.feed,
    coalesce(submissions.form_id, 'unknown') as form_id,
    coalesce(submissions.page_id, 'unknown') as page_id,
    coalesce(submissions.journey_id, 'unknown') as journey_id,
    coalesce(submissions.contact_id, 'unknown') as contact_id,
    submissions.visitor_key,
    submissions.occurred_at as submitted_at,
    submissions.interaction_date,
    submissions.contact_result,
    submissions.lead_result,
    coalesce(submissions.contact_result = 'created', false) as was_contact_created,
    coalesce(submissions.contact_result = 'updated', false) as was_contact_updated,
    coalesce(submissions.lead_result = 'created', false) as was_lead_created,
    coalesce(submissions.lead_result = 'updated', false) as was_lead_updated,
    submissions.properties as submitted_values,
    attributions.message_key as attributed_message_key,
    messages.email_id as attributed_email_id,
    messages.journey_id as attributed_journey_id,
    submissions.country,
    submissions.region,
    submissions.city,
    submissions.latitude,
    submissions.longitude,
    submissions.is_machine
from submissions
left join attributions on submissions.interaction_id = attributions.interaction_id
left join messages on attributions.message_key = messages.message_key
