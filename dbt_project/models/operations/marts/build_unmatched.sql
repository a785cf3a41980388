{{ config(materialized="table") }}

with
    unmatched as (
        select * from {{ ref("int_record_outcomes") }} where outcome = 'no_match'
    )

select
    feed, arrival_date, cause, cast(sum(records) as {{ sql_type("bigint") }}) as records
from unmatched
group by feed, arrival_date, cause
