select
    messages.email_id,
    coalesce(emails.name, messages.email_id) as email_name,
    messages.journey_id,
    messages.delivery_status,
    messages.reason,
    messages.sent_at,
    messages.first_opened_at,
    messages.first_clicked_at
from fct_email_messages as messages
left join dim_email as emails using (email_id)
where messages.contact_id = $id and messages.send_date between $from and $to
