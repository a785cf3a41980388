-- Fails with journeys whose passes are not those in progress, stopped and completed,
-- or are not the contacts and iterations seen on their tiles. A contact is then in two
-- states of one journey, or in none.
with
    journeys as (select * from {{ ref("mart_journey_kpis") }}),

    seen as (
        select distinct journey_id, contact_id, iteration_id
        from {{ ref("fct_journey_passes") }}
    ),

    counted as (select journey_id, count(*) as entered from seen group by journey_id)

select
    coalesce(journeys.journey_id, counted.journey_id) as journey_id,
    journeys.entered,
    counted.entered as contacts_and_iterations,
    journeys.in_progress,
    journeys.stopped,
    journeys.completed
from journeys
full outer join counted on journeys.journey_id = counted.journey_id
where
    coalesce(journeys.entered, 0) <> coalesce(counted.entered, 0)
    or journeys.entered <> journeys.in_progress + journeys.stopped + journeys.completed
