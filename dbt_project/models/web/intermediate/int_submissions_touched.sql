{%- set before = previous("fct_form_submissions") -%}

with
    changes as (
        select submission_id
        from {{ ref("int_activity_changes") }}
        where interaction_type = 'form_submitted'
    ),

    attributions as (select * from {{ ref("int_submission_attributions") }}),

    refreshed as (select message_key from {{ ref("int_messages_refreshed") }}),

    submissions as (
        select submission_id
        from changes
        {%- if before %}
            -- Attributed to another message now, or to one that is known better.
            union
            select before.submission_id
            from {{ before }} as before
            left join
                attributions on before.interaction_id = attributions.interaction_id
            where
                coalesce(before.attributed_message_key, '')
                <> coalesce(attributions.message_key, '')
                or before.attributed_message_key
                in (select refreshed.message_key from refreshed)
            {%- endif %} {{- noted_before_interruption(["submission_id"]) }}
    )

select submission_id
from submissions
group by submission_id
