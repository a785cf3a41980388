with
    deliveries as (
        select
            interactions.interaction_id,
            interactions.interaction_type,
            interactions.occurred_at,
            coalesce(
                interactions.message_key,
                unkeyed.message_key,
                interactions.interaction_id
            ) as message_key
        from {{ ref("int_interactions") }} as interactions
        left join
            {{ ref("int_unkeyed_message_keys") }} as unkeyed
            on interactions.interaction_id = unkeyed.interaction_id
        where
            interactions.interaction_type
            in ('email_delivered', '{{ withdrawn_delivery_type() }}')
            -- Read only feeds with withdrawals: usually there are none.
            and interactions.feed in (
                select feed
                from {{ ref("int_interactions") }}
                where interaction_type = '{{ withdrawn_delivery_type() }}'
            )
    ),

    withdrawals as (
        select message_key, occurred_at, interaction_id
        from deliveries
        where interaction_type = '{{ withdrawn_delivery_type() }}'
    ),

    counted as (
        select message_key, count(*) as withdrawals
        from withdrawals
        group by message_key
    ),

    moments as (select distinct message_key, occurred_at from withdrawals),

    -- Each withdrawal takes one delivery back, preferably one at its own instant.
    ranked as (
        select
            deliveries.interaction_id,
            counted.withdrawals,
            row_number() over (
                partition by deliveries.message_key
                order by
                    case when moments.message_key is null then 1 else 0 end,
                    deliveries.occurred_at,
                    deliveries.interaction_id
            ) as place
        from deliveries
        inner join counted on deliveries.message_key = counted.message_key
        left join
            moments
            on deliveries.message_key = moments.message_key
            and deliveries.occurred_at = moments.occurred_at
        where deliveries.interaction_type = 'email_delivered'
    )

select interaction_id
from withdrawals
union all
select interaction_id
from ranked
where place <= withdrawals
