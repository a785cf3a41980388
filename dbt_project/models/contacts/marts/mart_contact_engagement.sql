{{
    config(
        materialized="incremental",
        unique_key="contact_id",
        meta=follows(
            ["contact_id"],
            {
                "int_contact_email_days": none,
                "int_as_of_day": {"through": "this", "by": {"true": "true"}},
            },
        ),
    )
}}

{%- set windows = [30, 90, 365] -%}

with
    days as {{ read_in_place() }} (
        select days.*
        from {{ ref("int_contact_email_days") }} as days
        where {{ is_touched("days") }}
    ),

    as_of as (select * from {{ ref("int_as_of_day") }}),

    -- Events of other time zones may be dated after the as-of day, so a window has no
    -- last day.
    dated as (
        select
            days.*,
            days.opens + days.clicks > 0 as has_engaged,
            {%- for window in windows %}
                days.interaction_date
                > {{ dbt.dateadd("day", -window, "as_of.as_of_date") }}
                as is_in_{{ window }}_days,
            {%- endfor %}
            as_of.as_of_date
        from days
        cross join as_of
    ),

    contacts as (
        select
            contact_id,
            max(as_of_date) as as_of_date,
            min(case when sent > 0 then interaction_date end) as first_sent_date,
            max(case when sent > 0 then interaction_date end) as last_sent_date,
            max(case when has_engaged then interaction_date end) as last_engaged_date,
            max(last_opened_at) as last_opened_at,
            max(last_clicked_at) as last_clicked_at,
            sum(sent) as sent,
            sum(delivered) as delivered,
            {%- for window in windows %}
                sum(
                    case when is_in_{{ window }}_days then opens else 0 end
                ) as opens_last_{{ window }}_days,
                sum(
                    case when is_in_{{ window }}_days then clicks else 0 end
                ) as clicks_last_{{ window }}_days,
                count(
                    case when is_in_{{ window }}_days and has_engaged then 1 end
                ) as engaged_last_{{ window }}_days
                {%- if not loop.last %},{% endif %}
            {%- endfor %}
        from dated
        group by contact_id
    ),

    since_engaged as (
        select days.contact_id, sum(days.delivered) as delivered
        from days
        inner join contacts on days.contact_id = contacts.contact_id
        where not coalesce(days.interaction_date <= contacts.last_engaged_date, false)
        group by days.contact_id
    )

select
    contacts.contact_id,
    contacts.first_sent_date,
    contacts.last_sent_date,
    cast(contacts.sent as {{ sql_type("bigint") }}) as sent,
    cast(contacts.delivered as {{ sql_type("bigint") }}) as delivered,
    contacts.last_opened_at,
    contacts.last_clicked_at,
    contacts.last_engaged_date,
    {%- for window in windows %}
        cast(
            contacts.opens_last_{{ window }}_days as {{ sql_type("bigint") }}
        ) as opens_last_{{ window }}_days,
        cast(
            contacts.clicks_last_{{ window }}_days as {{ sql_type("bigint") }}
        ) as clicks_last_{{ window }}_days,
    {%- endfor %}
    cast(
        coalesce(since_engaged.delivered, 0) as {{ sql_type("bigint") }}
    ) as delivered_since_engaged,
    case
        when contacts.engaged_last_30_days > 0 and contacts.engaged_last_90_days >= 3
        then 'frequent'
        when contacts.engaged_last_30_days > 0
        then 'recent'
        when contacts.engaged_last_90_days > 0
        then 'cooling'
        when contacts.engaged_last_365_days > 0
        then 'lapsing'
        when contacts.last_engaged_date is not null
        then 'dormant'
        when contacts.delivered = 0
        then 'not_reached'
        when
            contacts.first_sent_date
            > {{ dbt.dateadd("day", -30, "contacts.as_of_date") }}
        then 'new'
        else 'silent'
    end as engagement_group
from contacts
left join since_engaged on contacts.contact_id = since_engaged.contact_id
-- A contact who only reacted to messages to somebody else's address was sent none.
where contacts.first_sent_date is not null
