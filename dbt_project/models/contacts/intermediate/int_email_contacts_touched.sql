{%- set before = previous("mart_contact_email_kpis") -%}

with
    refreshed as (select message_key from {{ ref("int_messages_refreshed") }}),

    messages as (select * from {{ ref("fct_email_messages") }}),

    left_behind as (select * from {{ ref("int_email_cells_before") }}),

    suppressions as (select * from {{ ref("int_contact_suppressions") }}),

    {%- if before %}
        before as (
            select contact_id, suppression_status, suppressed_until
            from {{ before }}
            where suppression_status <> 'none'
        ),

        -- A suppression begins or ends with the as-of day too, or with another address.
        suppressed_otherwise as (
            select coalesce(suppressions.contact_id, before.contact_id) as contact_id
            from suppressions
            full outer join before on suppressions.contact_id = before.contact_id
            where
                suppressions.contact_id is null
                or before.contact_id is null
                or suppressions.suppression_status <> before.suppression_status
                or suppressions.suppressed_until <> before.suppressed_until
        ),

    {%- endif %}
    contacts as (
        select contact_id
        from left_behind
        union
        select contact_id
        from messages
        where message_key in (select message_key from refreshed)
        {%- if before %}
            union
            select contact_id
            from suppressed_otherwise
        {%- else %}
            union
            select contact_id
            from suppressions
        {%- endif %}
    )

select contact_id
from contacts
