with
    leads as (
        select lead_id, cast(created_at as date) + cast(age_days as integer) as last_day
        from mart_lead_insights
        where lead_id = $id
    ),

    stages as (
        select
            lead_id,
            stage,
            stage_before,
            occurred_at as reached_at,
            lead(occurred_at) over (order by occurred_at, interaction_id) as left_at
        from mart_lead_timeline
        where lead_id = $id and change = 'stage'
    )

-- Whole days, as the lead's age is: the last stage lasts until the lead was closed, or to the as-of day.
select
    stages.stage,
    stages.stage_before,
    stages.reached_at,
    greatest(0, coalesce(cast(stages.left_at as date), leads.last_day) - cast(stages.reached_at as date)) as days_in_it
from stages
left join leads using (lead_id)
where cast(stages.reached_at as date) between $from and $to
