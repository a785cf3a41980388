{{
    config(
        materialized="incremental",
        unique_key="contact_id",
    )
}}

with
    contacts as (select * from {{ ref("int_newest_contacts") }}),

    merged as (select * from {{ ref("int_merged_contacts") }}),

    snapshots as {{ read_in_place() }} (select * from {{ ref("int_crm_contacts") }}),

    suppressions as (select * from {{ ref("int_address_suppressions") }}),

    events as (select * from {{ ref("fct_email_events") }}),

    erasures as (select * from {{ source("raw", "erasures") }}),

    living as (
        select contacts.contact_id, contacts.email, contacts.created_at
        from contacts
        left join merged on contacts.contact_id = merged.contact_id
        where merged.contact_id is null and contacts.contact_id <> 'unknown'
    ),

    histories as (
        select
            contact_id,
            min(snapshot_date) as first_snapshot_date,
            max(
                case when not coalesce(do_not_bulk_email, false) then snapshot_date end
            ) as last_opted_in_date
        from snapshots
        group by contact_id
    ),

    -- Opted out since the first of the snapshots that say so without one between that
    -- says otherwise; always, where every snapshot says so.
    opt_outs as (
        select
            snapshots.contact_id,
            case
                when histories.last_opted_in_date is null
                then cast('0001-01-01' as date)
                else min(snapshots.snapshot_date)
            end as opted_out_date
        from snapshots
        inner join histories on snapshots.contact_id = histories.contact_id
        where
            snapshots.do_not_bulk_email
            and (
                histories.last_opted_in_date is null
                or snapshots.snapshot_date > histories.last_opted_in_date
            )
        group by snapshots.contact_id, histories.last_opted_in_date
    ),

    unsubscriptions as (
        select contact_id, {{ reporting_date("min(occurred_at)") }} as unsubscribed_date
        from events
        where interaction_type = 'email_unsubscribed' and contact_id <> 'unknown'
        group by contact_id
    ),

    erased as (
        select contact_id, {{ reporting_date("min(requested_at)") }} as erased_date
        from erasures
        group by contact_id
    ),

    ids as (
        select contact_id
        from living
        union
        select contact_id
        from unsubscriptions
        union
        select contact_id
        from erased
    )

select
    ids.contact_id,
    case
        when living.contact_id is not null
        then
            coalesce(
                {{ reporting_date("living.created_at") }}, histories.first_snapshot_date
            )
    end as created_date,
    living.email is not null as has_address,
    opt_outs.opted_out_date,
    unsubscriptions.unsubscribed_date,
    {{ reporting_date("suppressions.first_suppressed_at") }} as suppressed_date,
    suppressions.free_from as suppressed_until_date,
    erased.erased_date
from ids
left join living on ids.contact_id = living.contact_id
left join histories on living.contact_id = histories.contact_id
left join opt_outs on living.contact_id = opt_outs.contact_id
left join suppressions on living.email = suppressions.address
left join unsubscriptions on ids.contact_id = unsubscriptions.contact_id
left join erased on ids.contact_id = erased.contact_id
