select kpis.journey_id, journeys.name
from mart_email_journey_kpis as kpis
left join dim_journey as journeys using (journey_id)
where kpis.email_id = $id
order by journeys.name nulls last, kpis.journey_id
