select submitted_at, contact_id, page_id, contact_result, lead_result, submitted_values, attributed_email_id, attributed_journey_id
from fct_form_submissions
where form_id = $id and interaction_date between $from and $to
