select
    contacts.contact_id,
    contacts.email,
    nullif(concat_ws(' ', contacts.first_name, contacts.last_name), '') as name,
    contacts.account_name,
    contacts.country,
    kpis.sent,
    kpis.delivered,
    kpis.opened_unique,
    kpis.clicked_unique,
    kpis.suppression_status
from dim_contact as contacts
left join mart_contact_email_kpis as kpis using (contact_id)
