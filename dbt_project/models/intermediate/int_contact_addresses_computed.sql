{{ config(materialized="view") }}

with
    contacts as (select * from {{ ref("int_crm_contacts") }}),

    -- On a tie within a snapshot the smallest contact id holds the address.
    holders as (
        select email as address, snapshot_date, min(contact_id) as contact_id
        from contacts
        where email is not null and contact_id <> 'unknown'
        group by email, snapshot_date
    ),

    neighbours as (
        select
            address,
            snapshot_date,
            contact_id,
            lag(contact_id) over (
                partition by address order by snapshot_date
            ) as previous_contact_id,
            lag(snapshot_date) over (
                partition by address order by snapshot_date
            ) as previous_date
        from holders
    ),

    -- A new spell begins where the holder changes.
    spells as (
        select
            address,
            contact_id,
            snapshot_date as first_date,
            previous_date,
            previous_contact_id
        from neighbours
        where previous_contact_id is null or previous_contact_id <> contact_id
    ),

    -- Between two snapshots the nearer one decides, on a tie the earlier.
    starts as (
        select
            address,
            contact_id,
            case
                when previous_date is null
                then cast('0001-01-01' as date)
                else
                    cast(
                        {{
                            dbt.dateadd(
                                "day",
                                "cast(floor("
                                ~ dbt.datediff("previous_date", "first_date", "day")
                                ~ " / 2.0) as integer) + 1",
                                "previous_date",
                            )
                        }} as date
                    )
            end as held_from
        from spells
    )

select
    address,
    contact_id,
    held_from,
    coalesce(
        lead(held_from) over (partition by address order by held_from),
        cast('9999-12-31' as date)
    ) as held_until
from starts
