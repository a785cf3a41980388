{{
    config(
        materialized="incremental",
        unique_key=[
            "contact_id",
            "website_id",
            "url",
            "link_url",
            "interaction_date",
        ],
        meta=follows(
            ["contact_id", "interaction_date"],
            {
                "int_activities": {
                    "where": "interaction_type in ('website_visited', 'website_clicked')"
                },
                "dim_website": {
                    "through": "this",
                    "by": {"website_id": "website_id"},
                },
            },
        ),
    )
}}

with
    activities as (
        select
            activities.contact_id,
            activities.interaction_type,
            activities.interaction_date,
            activities.occurred_at,
            coalesce(activities.website_id, 'unknown') as website_id,
            coalesce(activities.page_address, 'unknown') as url,
            case
                when activities.interaction_type = 'website_clicked'
                then coalesce(activities.link_url, 'unknown')
                else ''
            end as link_url
        from {{ ref("int_activities") }} as activities
        where
            activities.interaction_type in ('website_visited', 'website_clicked')
            and activities.contact_id is not null
            and {{ is_touched("activities") }}
    ),

    counted as (
        select
            contact_id,
            website_id,
            url,
            link_url,
            interaction_date,
            count(case when interaction_type = 'website_visited' then 1 end) as visits,
            count(case when interaction_type = 'website_clicked' then 1 end) as clicks,
            min(occurred_at) as first_at,
            max(occurred_at) as last_at
        from activities
        group by contact_id, website_id, url, link_url, interaction_date
    ),

    websites as (select * from {{ ref("dim_website") }})

select counted.*, websites.name as website_name
from counted
left join websites on counted.website_id = websites.website_id
