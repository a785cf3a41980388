{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
    )
}}

{#- How long before a submission a click may have led to it. -#}
{%- set window = 7 * 86400 * 1000000 -%}
{%- set ids = ["message_id", "email_id", "journey_id", "iteration_id", "tile_id"] -%}

with
    interactions as (select * from {{ ref("int_interactions") }}),

    events as {{ read_in_place() }} (select * from {{ ref("fct_email_events") }}),

    reports as (
        select *, {{ report_number() }} as report_number
        from {{ ref("int_activities") }}
        where interaction_type = 'form_submitted'
    ),

    -- Add the contact that the visitor id stands for.
    submissions as (
        select
            *,
            {{ epoch_microseconds("occurred_at") }} as submitted_us,
            coalesce(
                {%- for id in ids %}
                    {{ id }}{% if not loop.last %},{% endif %}
                {%- endfor %}
            )
            is not null as carries_ids
        from reports
        where report_number = 1
    ),

    -- Restrict clicks to people who submitted a form; if anybody submitted anonymously,
    -- keep all clicks.
    people as (
        select contact_id
        from submissions
        where contact_id is not null
        group by contact_id
        union
        select contact_id
        from events
        where exists (select 1 from submissions where submissions.contact_id is null)
        group by contact_id
    ),

    named_messages as (
        select interactions.message_key, min(interactions.message_id) as message_id
        from interactions
        inner join submissions on interactions.message_id = submissions.message_id
        group by interactions.message_key
    ),

    clicks as (
        select
            events.*,
            named_messages.message_id,
            {{ epoch_microseconds("events.occurred_at") }} as clicked_us,
            {{ normalised_url("events.link_url") }} as landing_url
        from events
        inner join people on events.contact_id = people.contact_id
        left join named_messages on events.message_key = named_messages.message_key
        where events.interaction_type = 'email_clicked' and not events.is_machine
    ),

    pages as (select * from {{ ref("int_pages") }}),

    destinations as (
        select
            submissions.interaction_id,
            submissions.contact_id,
            submissions.submitted_us,
            {{ normalised_url("coalesce(pages.url, submissions.url)") }} as page_url
        from submissions
        left join pages on submissions.page_id = pages.page_id
        where submissions.contact_id is not null
    ),

    -- Pair submissions and messages by contact; pair an anonymous submission by the
    -- first id that it carries.
    pairs as (
        select submissions.interaction_id, clicks.interaction_id as click_id
        from submissions
        inner join
            clicks
            on submissions.contact_id = clicks.contact_id
            and clicks.clicked_us <= submissions.submitted_us
        {%- for id in ids %}
            union all
            select submissions.interaction_id, clicks.interaction_id as click_id
            from submissions
            inner join
                clicks
                on submissions.{{ id }} = clicks.{{ id }}
                and submissions.contact_id is null
                {%- for earlier in ids[: loop.index0] %}
                    and submissions.{{ earlier }} is null
                {%- endfor %}
                and clicks.clicked_us <= submissions.submitted_us
        {%- endfor %}
    ),

    compared as (
        select
            pairs.interaction_id,
            clicks.message_key,
            clicks.clicked_us,
            submissions.carries_ids
            {%- for id in ids %}
                and (
                    submissions.{{ id }} is null
                    or submissions.{{ id }} = clicks.{{ id }}
                )
            {%- endfor %} as matches_ids,
            coalesce(
                destinations.page_url = clicks.landing_url
                and clicks.clicked_us >= submissions.submitted_us - {{ window }},
                false
            ) as matches_link
        from pairs
        inner join submissions on pairs.interaction_id = submissions.interaction_id
        inner join clicks on pairs.click_id = clicks.interaction_id
        left join destinations on pairs.interaction_id = destinations.interaction_id
    ),

    -- Take the message that matches every id of the submission; else that of the
    -- contact's latest click on a link to the page.
    candidates as (
        select
            interaction_id,
            message_key,
            clicked_us,
            case when matches_ids then 1 else 2 end as preference
        from compared
        where matches_ids or matches_link
    ),

    ranked as (
        select
            *,
            row_number() over (
                partition by interaction_id
                order by preference, clicked_us desc, message_key
            ) as choice
        from candidates
    )

select
    submissions.interaction_id,
    ranked.message_key,
    coalesce(submissions.lead_result = 'created', false) as has_created_lead
from submissions
inner join ranked on submissions.interaction_id = ranked.interaction_id
where ranked.choice = 1
