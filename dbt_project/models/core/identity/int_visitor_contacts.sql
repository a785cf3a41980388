{{
    config(
        materialized="incremental",
        unique_key=["visitor_id", "held_from"],
        meta=follows(["visitor_id"], {"int_identifications": none}),
    )
}}

with
    -- If a visitor is identified as several contacts at one instant, use the smallest
    -- contact id.
    identifications as (
        select visitor_id, identified_at, min(contact_id) as contact_id
        from {{ ref("int_identifications") }} as identifications
        where {{ is_touched("identifications") }}
        group by visitor_id, identified_at
    ),

    neighbours as (
        select
            *,
            lag(contact_id) over (
                partition by visitor_id order by identified_at
            ) as previous_contact_id
        from identifications
    ),

    -- The first spell has no beginning, so that earlier activities of the visitor get
    -- the contact too.
    spells as (
        select
            visitor_id,
            contact_id,
            case
                when previous_contact_id is null
                then cast('0001-01-01 00:00:00+00' as {{ sql_type("instant") }})
                else identified_at
            end as held_from
        from neighbours
        where previous_contact_id is null or previous_contact_id <> contact_id
    )

select
    visitor_id,
    contact_id,
    held_from,
    coalesce(
        lead(held_from) over (partition by visitor_id order by held_from),
        cast('9999-12-31 00:00:00+00' as {{ sql_type("instant") }})
    ) as held_until
from spells
