{#- How far back a click or visit is looked for that led to a conversion: 30 days, in microseconds. -#}
{%- set window = 30 * 86400 * 1000000 -%}
{#- Touches, which can lead to a conversion: clicks in e-mails, and visits through a campaign's link
    or a redirect URL. -#}
{%- set clicked = "interaction_type = 'email_clicked' and not is_machine" -%}
{%- set visited -%}
    interaction_type in ('website_visited', 'page_visited', 'redirect_clicked')
    and not is_machine
    and visitor_key is not null
    and (
        interaction_type = 'redirect_clicked'
        or coalesce(redirect_url_id, {{ utm_columns() | join(", ") }}) is not null
    )
{%- endset -%}

{#- SQL for the order of touches at one instant: a click in an e-mail comes before the visit that it
    led to, and the visit before the redirect. -#}
{%- set preferred -%}
    touches.preference, touches.email_id, touches.journey_id, touches.campaign
{%- endset -%}

{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(
            ["interaction_id"],
            {
                "int_conversions": none,
                "int_activities": {
                    "through": "int_conversions",
                    "by": {"visitor_key": "visitor_key"},
                    "where": visited,
                },
                "fct_email_events": {
                    "through": "int_conversions",
                    "by": {"visitor_key": "contact_id"},
                    "where": clicked,
                },
            },
        ),
    )
}}

with
    conversions as (
        select *, {{ epoch_microseconds("occurred_at") }} as converted_us
        from {{ ref("int_conversions") }} as conversions
        where {{ is_touched("conversions") }}
    ),

    people as (
        select visitor_key
        from conversions
        where visitor_key is not null
        group by visitor_key
    ),

    clicks as (
        select *
        from {{ ref("fct_email_events") }}
        where {{ clicked }} and contact_id in (select visitor_key from people)
    ),

    visits as (
        select *
        from {{ ref("int_activities") }}
        where {{ visited }} and visitor_key in (select visitor_key from people)
    ),

    touches as (
        select
            contact_id as visitor_key,
            {{ epoch_microseconds("occurred_at") }} as touched_us,
            1 as preference,
            'email' as touch_type,
            email_id,
            journey_id,
            coalesce(
                {{ url_parameter("link_url", "utm_campaign") }}, 'unknown'
            ) as campaign
        from clicks
        union all
        select
            visitor_key,
            {{ epoch_microseconds("occurred_at") }} as touched_us,
            case
                when interaction_type = 'redirect_clicked' then 3 else 2
            end as preference,
            case
                when interaction_type = 'redirect_clicked'
                then 'redirect_url'
                else 'visit'
            end as touch_type,
            coalesce(email_id, 'unknown') as email_id,
            coalesce(journey_id, 'unknown') as journey_id,
            coalesce(
                utm_campaign,
                case
                    when interaction_type = 'redirect_clicked'
                    then {{ url_parameter("link_url", "utm_campaign") }}
                end,
                'unknown'
            ) as campaign
        from visits
    ),

    compared as (
        select
            conversions.interaction_id,
            touches.touch_type,
            touches.email_id,
            touches.journey_id,
            touches.campaign,
            row_number() over (
                partition by conversions.interaction_id
                order by touches.touched_us, {{ preferred }}
            ) as number_from_first,
            row_number() over (
                partition by conversions.interaction_id
                order by touches.touched_us desc, {{ preferred }}
            ) as number_from_last
        from conversions
        inner join
            touches
            on conversions.visitor_key = touches.visitor_key
            and touches.touched_us <= conversions.converted_us
            and touches.touched_us >= conversions.converted_us - {{ window }}
    ),

    first_touches as (select * from compared where number_from_first = 1),

    last_touches as (select * from compared where number_from_last = 1)

select
    conversions.interaction_id,
    conversions.feed,
    coalesce(conversions.contact_id, 'unknown') as contact_id,
    conversions.visitor_key,
    conversions.order_id,
    conversions.occurred_at,
    conversions.conversion_date,
    conversions.amount,
    coalesce(conversions.currency, 'unknown') as currency,
    {%- for touch in ["first_touch", "last_touch"] %}
        coalesce({{ touch }}es.touch_type, 'direct') as {{ touch }}_type,
        coalesce({{ touch }}es.email_id, 'unknown') as {{ touch }}_email_id,
        coalesce({{ touch }}es.journey_id, 'unknown') as {{ touch }}_journey_id,
        coalesce({{ touch }}es.campaign, 'unknown') as {{ touch }}_campaign
        {%- if not loop.last %},{% endif -%}
    {%- endfor %}
from conversions
left join first_touches on conversions.interaction_id = first_touches.interaction_id
left join last_touches on conversions.interaction_id = last_touches.interaction_id
