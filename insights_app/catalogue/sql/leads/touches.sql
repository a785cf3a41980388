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
    replace(touches.touch, '_', ' ') as touch,
    touches.occurred_at,
    replace(touches.interaction_type, '_', ' ') as what,
    case touches.entity_type when 'email' then 'emails' when 'page' then 'pages' when 'form' then 'forms'
        when 'website' then 'websites' when 'redirect_url' then 'redirect-urls' end as path,
    touches.entity_id,
    coalesce(names.name, touches.entity_id) as about,
    touches.journey_id
from mart_lead_touches as touches
left join names using (entity_type, entity_id)
where touches.lead_id = $id
