with
    {%- if not rebuilds_everything() %}
        activities as (
            select *, coalesce(session_key, visitor_key) as sequence_key
            from {{ ref("int_activities") }}
            where website_id is not null
        ),

    {%- endif %}
    changes as (
        select *
        from {{ ref("int_activity_changes") }}
        where interaction_type = 'website_visited'
    ),

    {%- if not rebuilds_everything() %}
        -- A visit can begin, join or end a session of the same visitor.
        sequences as (
            select website_id, coalesce(session_key, visitor_key) as sequence_key
            from changes
            where website_id is not null
            group by website_id, sequence_key
        ),

        neighbours as (
            select
                activities.interaction_id,
                activities.website_id,
                activities.interaction_date as visit_date
            from activities
            inner join
                sequences
                on activities.website_id = sequences.website_id
                and activities.sequence_key = sequences.sequence_key
            where activities.interaction_type = 'website_visited'
        ),

    {%- endif %}
    visits as (
        select interaction_id, website_id, visit_date
        from changes
        {%- if not rebuilds_everything() %}
            union
            select interaction_id, website_id, visit_date
            from neighbours
        {%- endif %}
    )

select interaction_id, website_id, visit_date
from visits
group by interaction_id, website_id, visit_date
