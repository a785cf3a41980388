{{ config(materialized="view") }}

with participations as (select * from {{ ref("fct_event_participations") }})

select contact_id, event_id, registered_at, cancelled_at, checked_in_at
from participations
