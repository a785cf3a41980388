{#- SQL that is 1 for the report of a submission that counts: the first, and of several at one
    instant the one with the smallest id. -#}
{%- macro report_number() -%}
    row_number() over (partition by submission_id order by occurred_at, interaction_id)
{%- endmacro -%}
