{{ config(materialized="view") }}

{%- set columns = ["interaction_id", "contact_id"] + core_interaction_columns() -%}

with
    interactions as (select * from {{ ref("int_interactions") }}),

    -- Leave out interactions that their ids match to a message.
    of_messages as (
        select interaction_id
        from {{ ref("int_unkeyed_message_keys") }}
        where message_key is not null
    ),

    of_no_message as (
        select interactions.*
        from interactions
        left join
            of_messages on interactions.interaction_id = of_messages.interaction_id
        where
            {{ is_subscription_interaction("interactions.interaction_type") }}
            and interactions.message_key is null
            and of_messages.interaction_id is null
    )

select {{ columns | join(", ") }}
from interactions
where not {{ is_email_interaction("interaction_type") }}
union all
select
    {%- for column in columns %}
        {% if column == "interaction_type" -%} 'consent_changed' as interaction_type
        {%- elif column == "reason" -%} coalesce(reason, source_event) as reason
        {%- else -%} {{ column }}
        {%- endif -%}
        {%- if not loop.last %},{% endif -%}
    {%- endfor %}
from of_no_message
