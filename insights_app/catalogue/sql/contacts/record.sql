with
    contacts as (select * from dim_contact where contact_id = $id),

    kpis as (select contact_id, suppression_status from mart_contact_email_kpis where contact_id = $id)

select
    contact_id,
    contact_id as title,
    contacts.email,
    nullif(concat_ws(' ', contacts.first_name, contacts.last_name), '') as name,
    contacts.account_name,
    contacts.country,
    nullif(kpis.suppression_status, 'none') as suppression_status
from contacts
full join kpis using (contact_id)
