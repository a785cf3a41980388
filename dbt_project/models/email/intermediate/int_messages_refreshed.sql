{%- set before = previous("fct_email_messages") -%}

with
    touched as (select message_key from {{ ref("int_messages_touched") }}),

    {%- if before %}
        before as (
            select message_key, generated_leads
            from {{ before }}
            where generated_leads > 0
        ),

        attributed as (
            select message_key, count(*) as generated_leads
            from {{ ref("int_submission_attributions") }}
            where has_created_lead
            group by message_key
        ),

        -- A submission can be attributed anew though nothing of the message itself
        -- arrived.
        reattributed as (
            select coalesce(before.message_key, attributed.message_key) as message_key
            from before
            full outer join attributed on before.message_key = attributed.message_key
            where
                coalesce(before.generated_leads, 0)
                <> coalesce(attributed.generated_leads, 0)
        ),

    {%- endif %}
    refreshed as (
        select message_key
        from touched
        {%- if before %}
            union
            select message_key
            from reattributed
            {%- endif %} {{- noted_before_interruption(["message_key"]) }}
    )

-- depends_on: {{ ref("int_submission_attributions") }}
select message_key
from refreshed
group by message_key
