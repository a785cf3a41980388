select
    contacts.email,
    nullif(concat_ws(' ', contacts.first_name, contacts.last_name), '') as name,
    contacts.account_name,
    contacts.country,
    contacts.created_at,
    contacts.consent_level,
    contacts.do_not_bulk_email,
    kpis.suppression_status,
    kpis.suppressed_until
from dim_contact as contacts
left join mart_contact_email_kpis as kpis using (contact_id)
where contacts.contact_id = $id
