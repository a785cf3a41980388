{{
    config(
        materialized="incremental",
        unique_key=["email_id", "segment_id"],
        meta=follows(
            ["email_id"],
            {
                "fct_email_messages": none,
                "int_segment_memberships": {
                    "through": "fct_email_messages",
                    "by": {"contact_id": "contact_id"},
                },
                "dim_email": renamed("email_id"),
                "dim_segment": renamed("segment_id"),
            },
        ),
    )
}}

with
    messages as (
        select messages.*
        from {{ ref("fct_email_messages") }} as messages
        where {{ is_touched("messages") }}
    ),

    memberships as (select * from {{ ref("int_segment_memberships") }}),

    emails as (select * from {{ ref("dim_email") }}),

    segments as (select * from {{ ref("dim_segment") }}),

    sent_to_members as (
        select messages.*, memberships.segment_id
        from messages
        inner join
            memberships
            on messages.contact_id = memberships.contact_id
            and messages.send_date >= memberships.member_from
            and messages.send_date < memberships.member_until
    ),

    totals as (
        select email_id, segment_id, {{ kpi_counts("email_messages") }}
        from sent_to_members
        group by email_id, segment_id
    )

select
    totals.email_id,
    totals.segment_id,
    emails.name as email_name,
    segments.name as segment_name,
    {{ kpi_names("email_messages", "totals.") }},
    {{ kpi_rates("totals.") }}
from totals
left join emails on totals.email_id = emails.email_id
left join segments on totals.segment_id = segments.segment_id
