{{ config(materialized="view") }}

with
    websites as (select * from {{ ref("int_websites") }}),

    parts as (
        select website_id, snapshot_date, {{ each_part("hosts", ";") }} as part
        from websites
        where hosts is not null
    ),

    bare as (
        select
            website_id,
            snapshot_date,
            {{ normalised_url(trim_text("part")) }} as bare_url
        from parts
    ),

    hosts as (
        select website_id, snapshot_date, {{ url_host("bare_url") }} as host from bare
    )

select website_id, snapshot_date, host
from hosts
where host <> ''
group by website_id, snapshot_date, host
