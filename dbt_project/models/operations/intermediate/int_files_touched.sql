with
    files as (select * from {{ source("raw", "files") }}),

    left_behind as (select file_id from {{ ref("int_interactions_before") }}),

    interactions as (select * from {{ ref("int_interactions") }}),

    activities as (select observation_id from {{ ref("int_activities_touched") }}),

    email_interactions as (select * from {{ ref("int_email_interactions") }}),

    messages as (select message_key from {{ ref("int_messages_touched") }}),

    touched as (
        select file_id
        from files
        where {% if rebuilds_everything() %} 1 = 0 {% else %} is_new {% endif %}
        union
        select file_id
        from left_behind
        -- An observation may be an interaction now, or none any more.
        union
        select file_id
        from interactions
        where interaction_id in (select observation_id from activities)
        -- A second name for an open counts as long as there is no first.
        union
        select file_id
        from email_interactions
        where
            shadow_of is not null and message_key in (select message_key from messages)
    )

select file_id
from touched
