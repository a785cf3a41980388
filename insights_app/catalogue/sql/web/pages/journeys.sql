select distinct daily.journey_id, journeys.name
from mart_page_kpis_daily as daily
left join dim_journey as journeys using (journey_id)
where daily.page_id = $id and daily.journey_id is not null
order by journeys.name nulls last, daily.journey_id
