select interaction_type, count(*) as interactions
from mart_contact_timeline
where contact_id = $id and cast(occurred_at as date) between $from and $to
group by interaction_type
order by interactions desc, interaction_type
