select
    contacts.contact_id,
    contacts.contact_id as title,
    contacts.email,
    nullif(concat_ws(' ', contacts.first_name, contacts.last_name), '') as name,
    contacts.account_name,
    contacts.country,
    replace(nullif(kpis.suppression_status, 'none'), '_', ' ') as suppression_status
from dim_contact as contacts
left join mart_contact_email_kpis as kpis using (contact_id)
where contacts.contact_id = $id
union all
select contact_id, contact_id, null, null, null, null, replace(nullif(suppression_status, 'none'), '_', ' ')
from mart_contact_email_kpis
where contact_id = $id and contact_id not in (select contact_id from dim_contact)
