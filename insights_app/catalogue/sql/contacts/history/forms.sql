select submissions.form_id, coalesce(forms.name, submissions.form_id) as form, submissions.submitted_at, submissions.submitted_values
from fct_form_submissions as submissions
left join dim_form as forms using (form_id)
where submissions.contact_id = $id and submissions.interaction_date between $from and $to
