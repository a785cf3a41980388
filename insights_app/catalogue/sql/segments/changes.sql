select changes.occurred_at, changes.contact_id, contacts.email, changes.interaction_type
from fct_segment_changes as changes
left join dim_contact as contacts using (contact_id)
where changes.segment_id = $id and changes.change_date between $from and $to
