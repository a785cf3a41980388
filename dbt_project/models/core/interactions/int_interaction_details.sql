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

    -- What is about an e-mail message hardly ever fills these columns: only where it
    -- names a visitor or another entity. An observation (`is_observation`) fills them
    -- like any other.
    arrived as (
        select *
        from {{ ref("int_interactions_staged") }}
        where
            not {{ is_email_interaction("interaction_type") }}
            -- Without a message it is an activity.
            or (
                {{ is_subscription_interaction("interaction_type") }}
                and message_key is null
            )
            or coalesce(
                visitor_id, {{ mentioned_detail_entities().values() | join(", ") }}
            )
            is not null
            {%- if is_incremental() %}
                -- The copy that stands may name none where another one did.
                or interaction_id in (select interaction_id from {{ this }})
            {%- endif %}
    )

-- Only a copy that stands as the interaction gives its details.
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
