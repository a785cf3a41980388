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
