{{
    config(
        materialized="incremental",
        unique_key=["email_id", "journey_id", "tile_id", "send_date"],
        meta=follows(
            ["email_id", "journey_id", "tile_id", "send_date"],
            {
                "fct_email_messages": none,
                "dim_email": renamed("email_id"),
                "dim_journey": renamed("journey_id"),
                "dim_journey_tile": renamed("journey_id", "tile_id"),
            },
        ),
    )
}}

with
    emails as (select * from {{ ref("dim_email") }}),

    journeys as (select * from {{ ref("dim_journey") }}),

    tiles as (select * from {{ ref("dim_journey_tile") }}),

    messages as (
        select messages.*
        from {{ ref("fct_email_messages") }} as messages
        where {{ is_touched("messages") }}
    ),

    counted as (
        select
            email_id, journey_id, tile_id, send_date, {{ kpi_counts("email_messages") }}
        from messages
        group by email_id, journey_id, tile_id, send_date
    )

select
    counted.*,
    emails.name as email_name,
    journeys.name as journey_name,
    tiles.name as tile_name
from counted
left join emails on counted.email_id = emails.email_id
left join journeys on counted.journey_id = journeys.journey_id
left join
    tiles on counted.journey_id = tiles.journey_id and counted.tile_id = tiles.tile_id
