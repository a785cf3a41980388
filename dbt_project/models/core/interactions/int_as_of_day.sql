{{
    config(
        materialized="incremental",
        unique_key="as_of_date",
    )
}}

with files as (select * from {{ source("raw", "files") }})

select max(arrival_date) as as_of_date
from files
having max(arrival_date) is not null
