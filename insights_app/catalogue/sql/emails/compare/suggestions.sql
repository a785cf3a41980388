with
    own_journeys as (
        select journey_id from mart_email_journey_kpis where email_id = $id and journey_id <> 'unknown'
    ),

    neighbours as (
        select distinct email_id
        from mart_email_journey_kpis
        where journey_id in (select journey_id from own_journeys)
    ),

    last_days as (select email_id, max(send_date) as last_send_date from mart_email_kpis_daily group by email_id)

select
    kpis.email_id,
    coalesce(kpis.email_name, kpis.email_id) as email,
    neighbours.email_id is not null as shares_journey
from mart_email_kpis as kpis
left join neighbours on kpis.email_id = neighbours.email_id
left join last_days on kpis.email_id = last_days.email_id
where kpis.email_id not in ($id, 'unknown')
order by shares_journey desc, last_days.last_send_date desc nulls last, email, kpis.email_id
limit 200
