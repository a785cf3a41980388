select
    messages.contact_id,
    messages.recipient_domain,
    messages.delivery_status,
    messages.reason,
    messages.sent_at,
    messages.first_opened_at,
    messages.first_clicked_at,
    messages.was_unsubscribed
from fct_email_messages as messages
where
    messages.email_id = $id
    and messages.send_date between $from and $to
    and ($journey is null or messages.journey_id = $journey)
