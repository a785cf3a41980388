{{
    config(
        materialized="incremental",
        unique_key=["first_sent_month", "months_since"],
    )
}}

{%- set months_between -%}
    {{ dbt.datediff("contacts.first_sent_month", "contact_months.month", "month") }}
{%- endset -%}

with
    days as (select * from {{ ref("int_contact_email_days") }}),

    as_of as (select * from {{ ref("int_as_of_day") }}),

    months as (
        select
            *, cast({{ dbt.date_trunc("month", "interaction_date") }} as date) as month
        from days
    ),

    contact_months as (
        select
            contact_id,
            month,
            max(case when sent > 0 then 1 end) as was_sent,
            max(case when opens > 0 then 1 end) as has_opened,
            max(case when clicks > 0 then 1 end) as has_clicked
        from months
        group by contact_id, month
    ),

    contacts as (
        select contact_id, min(month) as first_sent_month
        from contact_months
        where was_sent = 1
        group by contact_id
    ),

    activities as (
        select
            contacts.first_sent_month,
            {{ months_between }} as months_since,
            count(contact_months.was_sent) as contacts_sent,
            count(contact_months.has_opened) as contacts_opened,
            count(contact_months.has_clicked) as contacts_clicked
        from contact_months
        inner join contacts on contact_months.contact_id = contacts.contact_id
        group by contacts.first_sent_month, {{ months_between }}
    ),

    cohorts as (
        select first_sent_month, count(*) as contacts
        from contacts
        group by first_sent_month
    ),

    numbers as ({{ whole_numbers(3) }}),

    -- Every month up to that of the as-of day; a month in which nobody did anything has
    -- zeros.
    spine as (
        select cohorts.*, numbers.number as months_since
        from cohorts
        cross join as_of
        inner join
            numbers
            on numbers.number
            <=
            {{ dbt.datediff("cohorts.first_sent_month", "as_of.as_of_date", "month") }}
    )

select
    spine.first_sent_month,
    cast(spine.months_since as {{ sql_type("bigint") }}) as months_since,
    spine.contacts,
    coalesce(activities.contacts_sent, 0) as contacts_sent,
    coalesce(activities.contacts_opened, 0) as contacts_opened,
    coalesce(activities.contacts_clicked, 0) as contacts_clicked
from spine
left join
    activities
    on spine.first_sent_month = activities.first_sent_month
    and spine.months_since = activities.months_since
