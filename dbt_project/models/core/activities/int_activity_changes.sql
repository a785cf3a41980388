{%- set columns = activity_change_columns() | join(", ") -%}

with
    touched as (select observation_id from {{ ref("int_activities_touched") }}),

    before as (select * from {{ ref("int_activities_before") }}),

    activities as (select * from {{ ref("int_activities") }}),

    changed as (
        select {{ columns }}
        from before
        {%- if not rebuilds_everything() %}
            union
            select {{ activity_keys() }}
            from activities
            where observation_id in (select observation_id from touched)
        {%- endif %}
    ),

    submissions as (
        select submission_id
        from changed
        where interaction_type = 'form_submitted'
        group by submission_id
    ),

    -- Which of several reports of one submission counts may have changed with any of
    -- them.
    reported_again as (
        select activities.*
        from activities
        inner join submissions on activities.submission_id = submissions.submission_id
        where activities.interaction_type = 'form_submitted'
    )

select {{ columns }}
from changed
union
select {{ activity_keys() }}
from reported_again
