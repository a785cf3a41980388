select contact_id from mart_lead_insights where lead_id = $id
