{{
    config(
        materialized="incremental",
        unique_key=["lead_id", "touch"],
        meta=follows(
            ["lead_id"],
            {
                "int_newest_leads": none,
                "int_merged_contacts": {
                    "through": "int_newest_leads",
                    "by": {"contact_id": "contact_id"},
                },
                "fct_email_events": {
                    "through": "int_leads",
                    "by": {"contact_id": "contact_id"},
                    "where": "interaction_type in ('email_opened', 'email_clicked')",
                },
                "int_activities": {
                    "through": "int_leads",
                    "by": {"contact_id": "contact_id"},
                },
                "dim_journey": {
                    "through": "this",
                    "by": {"journey_id": "journey_id"},
                },
            },
        ),
    )
}}

{%- set order -%} touches.interaction_type, touches.entity_id, touches.interaction_id {%- endset -%}

with
    leads as (
        select lead_id, contact_id, created_at, closed_at
        from {{ ref("int_leads") }} as leads
        where contact_id is not null and {{ is_touched("leads") }}
    ),

    responses as (
        select
            interaction_id,
            contact_id,
            occurred_at,
            interaction_type,
            'email' as entity_type,
            email_id as entity_id,
            journey_id
        from {{ ref("fct_email_events") }}
        where
            interaction_type in ('email_opened', 'email_clicked')
            and not is_machine
            and contact_id in (select contact_id from leads)
    ),

    activities as (
        select
            interaction_id,
            contact_id,
            occurred_at,
            interaction_type,
            {{ entity_type_of_interaction() }} as entity_type,
            {{ entity_id_of_activity() }} as entity_id,
            null as journey_id
        from {{ ref("int_activities") }}
        where
            interaction_type in (
                'event_checked_in',
                'event_registered',
                'form_submitted',
                'form_visited',
                'page_visited',
                'redirect_clicked',
                'survey_responded',
                'website_clicked',
                'website_visited'
            )
            and not is_machine
            and contact_id in (select contact_id from leads)
    ),

    interactions as (
        select *
        from responses
        union all
        select *
        from activities
    ),

    touches as (
        select
            leads.lead_id,
            leads.created_at,
            leads.closed_at,
            interactions.interaction_id,
            interactions.occurred_at,
            interactions.interaction_type,
            interactions.entity_type,
            interactions.entity_id,
            interactions.journey_id
        from leads
        inner join interactions on leads.contact_id = interactions.contact_id
    ),

    placed as (
        select
            touches.*,
            'first' as touch,
            row_number() over (
                partition by touches.lead_id order by touches.occurred_at, {{ order }}
            ) as choice
        from touches
        where touches.closed_at is null or touches.occurred_at <= touches.closed_at
        {%- for moment in ["created", "closed"] %}
            union all
            select
                touches.*,
                'last_before_{{ moment }}' as touch,
                row_number() over (
                    partition by touches.lead_id
                    order by touches.occurred_at desc, {{ order }}
                ) as choice
            from touches
            where touches.occurred_at <= touches.{{ moment }}_at
        {%- endfor %}
    ),

    journeys as (select * from {{ ref("dim_journey") }})

select
    placed.lead_id,
    placed.touch,
    placed.occurred_at,
    placed.interaction_type,
    placed.entity_type,
    placed.entity_id,
    placed.journey_id,
    journeys.name as journey_name
from placed
left join journeys on placed.journey_id = journeys.journey_id
where placed.choice = 1
