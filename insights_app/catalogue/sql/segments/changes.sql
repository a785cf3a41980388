select changes.occurred_at, changes.contact_id, changes.interaction_type
from fct_segment_changes as changes
where changes.segment_id = $id and changes.change_date between $from and $to
