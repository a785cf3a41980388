{{
    config(
        materialized="incremental",
        unique_key="address",
    )
}}

{#- Five soft bounces in a row count as a hard one. -#}
{%- set bounces_in_a_row = 5 -%}
{%- set months = 6 -%}

with
    events as {{ read_in_place() }} (select * from {{ ref("fct_email_events") }}),

    messages as {{ read_in_place() }} (select * from {{ ref("int_email_messages") }}),

    contacts as (select * from {{ ref("int_newest_contacts") }}),

    as_of as (select * from {{ ref("int_as_of_day") }}),

    -- If a feed names contacts but no addresses, its events are about the contact's
    -- main address.
    complaints_and_bounces as (
        select
            events.interaction_id,
            events.interaction_type,
            events.bounce_type,
            events.occurred_at,
            coalesce(messages.recipient, contacts.email) as address
        from events
        inner join messages on events.message_key = messages.message_key
        left join contacts on messages.contact_id = contacts.contact_id
        where events.interaction_type in ('email_feedback_loop', 'email_bounced')
    ),

    soft_bounces as (
        select interaction_id, address, occurred_at
        from complaints_and_bounces
        where interaction_type = 'email_bounced' and bounce_type <> 'hard'
    ),

    suspects as (
        select address
        from soft_bounces
        where address is not null
        group by address
        having count(*) >= {{ bounces_in_a_row }}
    ),

    messages_to_suspects as (
        select messages.message_key, suspects.address
        from messages
        inner join suspects on messages.recipient = suspects.address
        union all
        select messages.message_key, suspects.address
        from messages
        inner join contacts on messages.contact_id = contacts.contact_id
        inner join suspects on contacts.email = suspects.address
        where messages.recipient is null
    ),

    steps as (
        select
            messages_to_suspects.address,
            events.interaction_id,
            events.occurred_at,
            1 as is_delivery
        from events
        inner join
            messages_to_suspects
            on events.message_key = messages_to_suspects.message_key
        where events.interaction_type = 'email_delivered'
        union all
        select
            soft_bounces.address,
            soft_bounces.interaction_id,
            soft_bounces.occurred_at,
            0 as is_delivery
        from soft_bounces
        inner join suspects on soft_bounces.address = suspects.address
    ),

    -- Bounces with the same number of deliveries before them have no delivery between
    -- them, so they are consecutive.
    in_rows as (
        select
            *,
            sum(is_delivery) over (
                partition by address
                order by occurred_at, is_delivery desc, interaction_id
                rows between unbounded preceding and current row
            ) as deliveries_before
        from steps
    ),

    placed as (
        select
            address,
            occurred_at,
            row_number() over (
                partition by address, deliveries_before
                order by occurred_at, interaction_id
            ) as place_in_row
        from in_rows
        where is_delivery = 0
    ),

    repeated as (
        select
            address,
            min(occurred_at) as first_repeated_soft_at,
            max(occurred_at) as repeated_soft_at
        from placed
        where place_in_row >= {{ bounces_in_a_row }}
        group by address
    ),

    histories as (
        select
            address,
            min(
                case when interaction_type = 'email_feedback_loop' then occurred_at end
            ) as complained_at,
            min(
                case when bounce_type = 'hard' then occurred_at end
            ) as first_hard_bounced_at,
            max(case when bounce_type = 'hard' then occurred_at end) as hard_bounced_at
        from complaints_and_bounces
        where address is not null
        group by address
    ),

    suppressions as (
        select
            histories.address,
            histories.complained_at,
            histories.hard_bounced_at,
            repeated.repeated_soft_at,
            least(
                histories.complained_at,
                histories.first_hard_bounced_at,
                repeated.first_repeated_soft_at
            ) as first_suppressed_at,
            {{ dbt.dateadd("month", months, "histories.hard_bounced_at") }}
            as hard_bounce_until,
            {{ dbt.dateadd("month", months, "repeated.repeated_soft_at") }}
            as repeated_soft_until
        from histories
        left join repeated on histories.address = repeated.address
        where
            histories.complained_at is not null
            or histories.hard_bounced_at is not null
            or repeated.repeated_soft_at is not null
    ),

    judged as (
        select
            suppressions.*,
            case
                when suppressions.complained_at is not null
                then 'complaint'
                when {{ utc_date("suppressions.hard_bounce_until") }} > as_of.as_of_date
                then 'hard_bounce'
                when
                    {{ utc_date("suppressions.repeated_soft_until") }}
                    > as_of.as_of_date
                then 'repeated_soft'
                else 'none'
            end as suppression_status
        from suppressions
        cross join as_of
    )

select
    address,
    complained_at,
    hard_bounced_at,
    repeated_soft_at,
    first_suppressed_at,
    case
        when complained_at is null
        then {{ utc_date("greatest(hard_bounce_until, repeated_soft_until)") }}
    end as free_from,
    suppression_status,
    cast(
        case
            when suppression_status = 'hard_bounce'
            then hard_bounce_until
            when suppression_status = 'repeated_soft'
            then repeated_soft_until
        end as {{ sql_type("instant") }}
    ) as suppressed_until
from judged
