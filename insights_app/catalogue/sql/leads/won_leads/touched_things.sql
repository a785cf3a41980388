with
    names as (
        select 'email' as entity_type, email_id as entity_id, name from dim_email
        union all
        select 'page', page_id, name from dim_page
        union all
        select 'form', form_id, name from dim_form
        union all
        select 'website', website_id, name from dim_website
        union all
        select 'redirect_url', redirect_url_id, name from dim_redirect_url
        union all
        select 'event', event_id, name from dim_event
        union all
        select 'survey', survey_id, name from dim_survey
    )

select
    replace(touches.entity_type, '_', ' ') as kind,
    case touches.entity_type when 'email' then 'emails' when 'page' then 'pages' when 'form' then 'forms'
        when 'website' then 'websites' when 'redirect_url' then 'redirect-urls' end as path,
    touches.entity_id,
    coalesce(any_value(names.name), touches.entity_id) as about,
    count(case when touches.touch = 'first' then 1 end) as first,
    count(case when touches.touch = 'last_before_created' then 1 end) as last_before_created,
    count(case when touches.touch = 'last_before_closed' then 1 end) as last_before_closed
from mart_lead_touches as touches
inner join mart_lead_insights as leads using (lead_id)
left join names using (entity_type, entity_id)
where leads.status = 'won' and cast(leads.created_at as date) between $from and $to
group by touches.entity_type, touches.entity_id
