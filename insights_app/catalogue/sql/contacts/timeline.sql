select interaction_id, occurred_at, interaction_type, entity_type, entity_id, entity_name, detail, is_machine
from mart_contact_timeline
where contact_id = $id and cast(occurred_at as date) between $from and $to
