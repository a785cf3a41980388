with
    visits as (
        select visitor_key, is_machine
        from fct_page_visits
        where
            page_id = $id
            and interaction_date between $from and $to
            and ($journey is null or journey_id = $journey)
            and not ($people and is_machine)
    ),

    submissions as (
        select *
        from fct_form_submissions
        where
            page_id = $id
            and interaction_date between $from and $to
            and ($journey is null or journey_id = $journey)
    )

select
    (select count(*) from visits) as visits,
    (select count(distinct visitor_key) from visits) as visitors,
    count(*) as submissions,
    count(case when was_contact_created then 1 end) as contacts_created,
    count(case when was_contact_updated then 1 end) as contacts_updated,
    count(case when was_lead_created then 1 end) as leads_created,
    count(case when was_lead_updated then 1 end) as leads_updated
from submissions
