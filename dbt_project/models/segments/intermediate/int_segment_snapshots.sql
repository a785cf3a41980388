{{
    config(
        materialized="incremental",
        unique_key=["feed", "snapshot_date"],
    )
}}

with
    files as (
        select *, '/' || lower(file) as lower_file
        from {{ source("raw", "files") }}
        where adapter = 'crm' and not file_quarantined
    )

-- A file lists all members as of its day. Where a feed has several files for a day, use
-- the last by name.
select feed, arrival_date as snapshot_date, max(file) as file
from files
where
    lower_file like '%/segment~_members' escape '~'
    or lower_file like '%/segment~_members.%' escape '~'
group by feed, arrival_date
