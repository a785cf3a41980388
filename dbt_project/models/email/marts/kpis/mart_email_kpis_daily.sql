{{
    config(
        materialized="incremental",
        unique_key=["email_id", "journey_id", "tile_id", "send_date"],
        meta=follows(
            ["email_id", "journey_id", "tile_id", "send_date"],
            {"fct_email_messages": none},
        ),
    )
}}

with
    messages as (
        select messages.*
        from {{ ref("fct_email_messages") }} as messages
        where {{ is_touched("messages") }}
    )

select email_id, journey_id, tile_id, send_date, {{ kpi_counts("email_messages") }}
from messages
group by email_id, journey_id, tile_id, send_date
