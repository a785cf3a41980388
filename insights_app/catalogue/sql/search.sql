with
    records as (
        select 'E-mail' as kind, 'emails' as path, email_id as id, name, subject as also from dim_email
        union all
        select 'Journey', 'journeys', journey_id, name, null from dim_journey
        union all
        select
            'Contact',
            'contacts',
            contact_id,
            case when $sees_people then nullif(concat_ws(' ', first_name, last_name), '') end,
            case when $sees_people then email end
        from dim_contact
        union all
        select 'Lead', 'leads', lead_id, case when $sees_people then topic end, null from dim_lead
        union all
        select 'Segment', 'segments', segment_id, name, null from dim_segment
        union all
        select 'Scoring model', 'scoring-models', lead_scoring_model_id, name, null from dim_lead_scoring_model
        union all
        select 'Page', 'pages', page_id, name, url from dim_page
        union all
        select 'Form', 'forms', form_id, name, null from dim_form
        union all
        select 'Website', 'websites', website_id, name, hosts from dim_website
        union all
        select 'Redirect URL', 'redirect-urls', redirect_url_id, name, target_url from dim_redirect_url
    )

select kind, path, id, name
from records
where contains(lower(concat_ws(' ', id, name, also)), $words)
order by lower(id) <> $words, lower(coalesce(name, '')) <> $words, kind, name nulls last, id
limit 50
