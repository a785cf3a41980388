{{ config(materialized="table") }}

with
    nulled as (select * from {{ source("raw", "nulled_values") }} where records > 0),

    files as (select file_id, feed, arrival_date from {{ source("raw", "files") }})

select
    files.feed,
    files.arrival_date,
    nulled.field,
    cast(sum(nulled.records) as {{ sql_type("bigint") }}) as records
from nulled
inner join files on nulled.file_id = files.file_id
group by files.feed, files.arrival_date, nulled.field
