select journey_id, name from dim_journey order by name nulls last, journey_id
