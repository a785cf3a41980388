select
    contacts.email,
    nullif(concat_ws(' ', contacts.first_name, contacts.last_name), '') as name,
    contacts.account_name,
    contacts.country,
    contacts.created_at,
    contacts.consent_level,
    contacts.do_not_bulk_email,
    engagement.engagement_group,
    engagement.last_opened_at,
    engagement.last_clicked_at
from dim_contact as contacts
left join mart_contact_engagement as engagement using (contact_id)
where contacts.contact_id = $id
