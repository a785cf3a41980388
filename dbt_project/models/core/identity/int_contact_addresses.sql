{{
    config(
        materialized="incremental",
        unique_key=["address", "held_from"],
        meta=follows([], {"int_crm_contacts": none, "int_merged_contacts": none}),
    )
}}

with
    contacts as (select * from {{ ref("int_crm_contacts") }}),

    merged as (select * from {{ ref("int_merged_contacts") }}),

    -- Addresses of a merged contact belong to the contact that it was merged into.
    living as (
        select
            coalesce(merged.survivor_contact_id, contacts.contact_id) as contact_id,
            contacts.snapshot_date,
            contacts.email,
            contacts.additional_emails
        from contacts
        left join merged on contacts.contact_id = merged.contact_id
        where contacts.contact_id <> 'unknown' and {{ is_touched("contacts") }}
    ),

    others as (
        select
            contact_id,
            snapshot_date,
            {{ each_part("additional_emails", ";") }} as address
        from living
        where additional_emails is not null
    ),

    held as (
        select
            email as address,
            snapshot_date,
            contact_id as main_holder,
            cast(null as {{ sql_type("string") }}) as other_holder
        from living
        where email is not null
        union all
        select
            {{ trimmed("address") }} as address,
            snapshot_date,
            null as main_holder,
            contact_id as other_holder
        from others
        where {{ trimmed("address") }} is not null
    ),

    -- Within a snapshot, a contact whose main address it is holds it rather than one
    -- who has it as an additional address; on a tie, the smallest contact id holds it.
    holders as (
        select
            address,
            snapshot_date,
            coalesce(min(main_holder), min(other_holder)) as contact_id
        from held
        group by address, snapshot_date
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

    -- At a time between two snapshots the nearer one decides, on a tie the earlier one.
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

-- A merged contact's id is looked up like an address, because events may name it at any
-- time.
select
    {{ key_of_contact("contact_id") }} as address,
    survivor_contact_id as contact_id,
    cast('0001-01-01' as date) as held_from,
    cast('9999-12-31' as date) as held_until
from merged
where {{ is_touched("merged") }}
union all
select
    address,
    contact_id,
    held_from,
    coalesce(
        lead(held_from) over (partition by address order by held_from),
        cast('9999-12-31' as date)
    ) as held_until
from starts
