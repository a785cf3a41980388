{{ config(materialized="table") }}

with
    ignored as (select * from {{ source("raw", "ignored_records") }}),

    files as (select file_id, feed, arrival_date from {{ source("raw", "files") }}),

    named as (
        select
            files.feed,
            files.arrival_date,
            -- Mask addresses: a type is free text of the sender and may hold one.
            {{ without_addresses("ignored.record_type") }} as record_type,
            -- A ledger of an earlier version has no reasons.
            coalesce(ignored.reason, 'not_modelled') as reason,
            ignored.records
        from ignored
        inner join files on ignored.file_id = files.file_id
    )

select
    feed,
    arrival_date,
    record_type,
    reason,
    cast(sum(records) as {{ sql_type("bigint") }}) as records
from named
group by feed, arrival_date, record_type, reason
