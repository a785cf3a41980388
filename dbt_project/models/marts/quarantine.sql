{{ config(materialized="table") }}

with quarantined as (select * from {{ source("raw", "quarantined_records") }})

select feed, arrival_date, file, line, byte_offset, item_index, reason_code, message
from quarantined
