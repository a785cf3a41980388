{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key="interaction_id",
    )
}}

with
    interactions as (
        select interaction_id, file_id, line_number, item_index, row_index
        from {{ ref("int_interactions") }}
    ),

    -- Interactions about an e-mail message hardly ever fill these columns: only if they
    -- name a visitor or another entity. Observations (`is_observation`) fill them like
    -- other interactions.
    arrived as (
        select *
        from {{ ref("int_interactions_staged") }}
        where
            not {{ is_email_interaction("interaction_type") }}
            -- Without a message the interaction is an activity.
            or (
                {{ is_subscription_interaction("interaction_type") }}
                and message_key is null
            )
            or coalesce(
                visitor_id, {{ mentioned_detail_entities().values() | join(", ") }}
            )
            is not null
            {%- if is_incremental() %}
                -- Recompute stored details too: the copy that counts now may have fewer
                -- of them.
                or interaction_id in (select interaction_id from {{ this }})
            {%- endif %}
    )

-- Take details only from the copy that counts as the interaction.
select
    arrived.interaction_id,
    {%- for column in detail_interaction_columns() %}
        arrived.{{ column }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from arrived
inner join
    interactions
    on arrived.interaction_id = interactions.interaction_id
    and arrived.file_id = interactions.file_id
    and arrived.line_number = interactions.line_number
    and arrived.item_index = interactions.item_index
    and arrived.row_index = interactions.row_index
