select interaction_type, sum(interactions)::bigint as interactions
from mart_contact_interactions_daily
where contact_id = $id and interaction_date between $from and $to
group by interaction_type
order by interactions desc, interaction_type
