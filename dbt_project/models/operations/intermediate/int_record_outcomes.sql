{{
    config(
        materialized="incremental",
        unique_key=["file_id", "outcome", "cause"],
        meta=follows(
            ["file_id"],
            {
                "int_interactions": none,
                "int_activities": none,
                "int_interaction_details": {
                    "through": "int_interactions",
                    "by": {"interaction_id": "interaction_id"},
                },
                "fct_email_events": {
                    "through": "int_interactions",
                    "by": {"interaction_id": "interaction_id"},
                    "among": "shadow_of is not null",
                },
            },
        ),
    )
}}

with
    interactions as (
        select
            interaction_id,
            interaction_type,
            feed,
            arrival_date,
            file_id,
            line_number,
            item_index,
            row_index,
            shadow_of
        from {{ ref("int_interactions") }} as interactions
        where {{ is_touched("interactions") }}
    ),

    details as (select * from {{ ref("int_interaction_details") }}),

    -- A shadow: a second report of an event that is counted under its own name.
    shadows as (select interaction_id from interactions where shadow_of is not null),

    events as (
        select interaction_id
        from {{ ref("fct_email_events") }}
        where interaction_id in (select interaction_id from shadows)
    ),

    shadowed as (
        select shadows.interaction_id
        from shadows
        left join events on shadows.interaction_id = events.interaction_id
        where events.interaction_id is null
    ),

    derived as (
        select observation_id
        from {{ ref("int_activities") }}
        where
            observation_id <> interaction_id
            and observation_id in (select interaction_id from interactions)
        group by observation_id
    ),

    -- The reason why an observation is no interaction: the first condition that fails.
    unmatched as (
        select
            interactions.interaction_id,
            case
                when details.url is null
                then 'no_url'
                when interactions.interaction_type = 'page_viewed'
                then 'unknown_host'
                when details.http_status in {{ redirect_statuses() }}
                then 'unknown_redirect'
                when coalesce(details.http_status <> 200, true)
                then 'no_success'
                when coalesce(upper(details.http_method) <> 'GET', true)
                then 'no_get'
                when not coalesce(details.is_page_path, false)
                then 'no_page'
                else 'unknown_host'
            end as cause
        from interactions
        inner join details on interactions.interaction_id = details.interaction_id
        left join derived on interactions.interaction_id = derived.observation_id
        where
            interactions.interaction_type in ('page_viewed', 'request_logged')
            and derived.observation_id is null
    ),

    counted as (
        select
            interactions.*,
            case
                when unmatched.interaction_id is not null
                then 'no_match'
                when interactions.interaction_type = 'visitor_identified'
                then 'identity'
                else 'interaction'
            end as outcome,
            coalesce(unmatched.cause, 'none') as cause
        from interactions
        left join shadowed on interactions.interaction_id = shadowed.interaction_id
        left join unmatched on interactions.interaction_id = unmatched.interaction_id
        where shadowed.interaction_id is null
    ),

    -- Count a record for several recipients once: by its first row, or by a further row
    -- if another file had the first row earlier.
    first_rows as (select * from counted where row_index = 0),

    further_rows as (
        select
            further.feed,
            further.arrival_date,
            further.file_id,
            further.line_number,
            further.item_index,
            min(further.outcome) as outcome,
            min(further.cause) as cause
        from counted as further
        left join
            first_rows
            on further.file_id = first_rows.file_id
            and further.line_number = first_rows.line_number
            and further.item_index = first_rows.item_index
        where further.row_index > 0 and first_rows.file_id is null
        group by
            further.feed,
            further.arrival_date,
            further.file_id,
            further.line_number,
            further.item_index
    ),

    records as (
        select feed, arrival_date, file_id, outcome, cause
        from first_rows
        union all
        select feed, arrival_date, file_id, outcome, cause
        from further_rows
    )

select feed, arrival_date, file_id, outcome, cause, count(*) as records
from records
group by feed, arrival_date, file_id, outcome, cause
