with
    visits as (
        select visitor_key
        from fct_form_visits
        where form_id = $id and interaction_date between $from and $to and not ($people and is_machine)
    )

select
    (select count(*) from visits) as visits,
    (select count(distinct visitor_key) from visits) as visitors,
    count(*) as submissions,
    count(case when was_contact_created then 1 end) as contacts_created,
    count(case when was_contact_updated then 1 end) as contacts_updated,
    count(case when was_lead_created then 1 end) as leads_created,
    count(case when was_lead_updated then 1 end) as leads_updated
from fct_form_submissions
where form_id = $id and interaction_date between $from and $to
