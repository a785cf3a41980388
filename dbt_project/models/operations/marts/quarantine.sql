{{ config(materialized="table") }}

with
    quarantined as (select * from {{ source("raw", "quarantined_records") }}),

    files as (select * from {{ source("raw", "files") }}),

    -- Unreadable files: the whole file counts as one record.
    unreadable as (select * from files where file_quarantined)

select feed, arrival_date, file, line, byte_offset, item_index, reason_code, message
from quarantined
union all
select
    feed,
    arrival_date,
    file,
    cast(null as {{ sql_type("bigint") }}) as line,
    cast(null as {{ sql_type("bigint") }}) as byte_offset,
    cast(null as {{ sql_type("integer") }}) as item_index,
    reason_code,
    message
from unreadable
