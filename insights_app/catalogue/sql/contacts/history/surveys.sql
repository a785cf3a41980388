select coalesce(surveys.name, responses.survey_id) as survey, responses.occurred_at, responses.score, responses.answers
from fct_survey_responses as responses
left join dim_survey as surveys using (survey_id)
where responses.contact_id = $id and cast(responses.occurred_at as date) between $from and $to
