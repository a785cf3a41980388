{{
    config(
        materialized="incremental",
        unique_key=["feed", "arrival_date", "file"],
        meta=follows(
            ["feed", "arrival_date", "file"], {"int_build_files_touched": none}
        ),
    )
}}

with
    files as (
        select files.*
        from {{ source("raw", "files") }} as files
        where {{ is_touched("files") }}
    ),

    outcomes as (
        select file_id, sum(records) as records_landed
        from {{ ref("int_record_outcomes") }}
        group by file_id
    )

select
    files.feed,
    files.arrival_date,
    files.file,
    files.records_read,
    -- CRM snapshots hold no interactions: each of their readable rows counts as landed.
    cast(
        case
            when files.adapter = 'crm'
            then files.records_readable
            else coalesce(outcomes.records_landed, 0)
        end as {{ sql_type("bigint") }}
    ) as records_landed,
    cast(
        case
            when files.adapter = 'crm'
            then 0
            else files.records_readable - coalesce(outcomes.records_landed, 0)
        end as {{ sql_type("bigint") }}
    ) as duplicates,
    files.ignored,
    files.quarantined,
    coalesce(files.replayed, 0) as replayed,
    files.file_quarantined
from files
left join outcomes on files.file_id = outcomes.file_id
