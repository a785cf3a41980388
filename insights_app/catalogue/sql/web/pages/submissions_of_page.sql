select submissions.submitted_at, submissions.contact_id, submissions.contact_result, submissions.lead_result, submissions.submitted_values, submissions.attributed_email_id, submissions.journey_id
from fct_form_submissions as submissions
where submissions.page_id = $id and submissions.interaction_date between $from and $to and ($journey is null or submissions.journey_id = $journey)
