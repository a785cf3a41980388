with
    {%- if not rebuilds_everything() %}
        activities as (
            select * from {{ ref("int_activities") }} where website_id is not null
        ),

    {%- endif %}
    changes as (
        select *
        from {{ ref("int_activity_changes") }}
        where interaction_type = 'website_visited'
    ),

    {%- if not rebuilds_everything() %}
        -- A visit can begin, join or end a session of the same visitor.
        visitors as (
            select website_id, visitor_key
            from changes
            where website_id is not null and visitor_key is not null
            group by website_id, visitor_key
        ),

        neighbours as (
            select
                activities.interaction_id,
                activities.website_id,
                activities.interaction_date as visit_date
            from activities
            inner join
                visitors
                on activities.website_id = visitors.website_id
                and activities.visitor_key = visitors.visitor_key
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
