select
    kpis.journey_id,
    coalesce(kpis.name, kpis.journey_id) as journey,
    journeys.status,
    kpis.entered,
    kpis.in_progress,
    kpis.completed,
    kpis.stopped,
    kpis.sent,
    kpis.delivered,
    kpis.opened_unique,
    kpis.clicked_unique,
    kpis.generated_leads
from mart_journey_kpis as kpis
left join dim_journey as journeys using (journey_id)
