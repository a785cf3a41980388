{{
    config(
        materialized="incremental",
        unique_key=["entity_type", "address"],
    )
}}

with
    hosts as (select * from {{ ref("int_website_hosts") }}),

    pages as (select * from {{ ref("int_pages") }}),

    redirect_urls as (select * from {{ ref("int_redirect_urls") }}),

    claims as (
        select
            'website' as entity_type,
            host as address,
            website_id as entity_id,
            snapshot_date
        from hosts
        union all
        select
            'page' as entity_type,
            {{ normalised_url("url") }} as address,
            page_id as entity_id,
            snapshot_date
        from pages
        where url is not null
        union all
        select
            'redirect_url' as entity_type,
            {{ url_path("path") }} as address,
            redirect_url_id as entity_id,
            snapshot_date
        from redirect_urls
        where path is not null
    ),

    -- If several entities claim an address, use the one in the newest snapshot.
    ranked as (
        select
            *,
            row_number() over (
                partition by entity_type, address order by snapshot_date desc, entity_id
            ) as choice
        from claims
        where entity_id <> 'unknown'
    )

select entity_type, address, entity_id
from ranked
where choice = 1
