{{
    config(
        materialized="incremental",
        unique_key=["email_id", "link_url"],
        meta=follows(
            ["email_id"], {"fct_email_events": none, "dim_email": renamed("email_id")}
        ),
    )
}}

with
    emails as (select * from {{ ref("dim_email") }}),

    events as (
        select events.*
        from {{ ref("fct_email_events") }} as events
        where {{ is_touched("events") }}
    ),

    clicks as (select * from events where interaction_type = 'email_clicked'),

    clicked_emails as (
        select email_id, count(distinct message_key) as clicked_unique
        from clicks
        group by email_id
    ),

    links as (
        select
            email_id,
            link_url,
            min(link_name) as link_name,
            {{ kpi_counts("email_events") }}
        from clicks
        group by email_id, link_url
    ),

    counted as (
        select
            links.email_id,
            links.link_url,
            links.link_name,
            {{ kpi_names("email_events", "links.") }},
            {{ rate("links.clicks_unique", "clicked_emails.clicked_unique") }}
            as click_through_rate,
            cast(
                row_number() over (
                    partition by links.email_id
                    order by links.clicks_total desc, links.link_url
                ) as {{ sql_type("bigint") }}
            ) as link_rank
        from links
        inner join clicked_emails on links.email_id = clicked_emails.email_id
    )

select counted.*, emails.name as email_name
from counted
left join emails on counted.email_id = emails.email_id
