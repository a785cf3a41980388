{%- set before = previous("int_identifications") -%}

with
    touched as (select interaction_id from {{ ref("int_interactions_touched") }}),

    interactions as (select * from {{ ref("int_interactions") }}),

    details as (select * from {{ ref("int_interaction_details") }}),

    visitors as (
        select details.visitor_id
        from touched
        inner join details on touched.interaction_id = details.interaction_id
        inner join interactions on touched.interaction_id = interactions.interaction_id
        where details.visitor_id is not null and interactions.contact_id is not null
        {%- if before %}
            union
            select before.visitor_id
            from {{ before }} as before
            inner join touched on before.interaction_id = touched.interaction_id
            {%- endif %} {{- noted_before_interruption(["visitor_id"]) }}
    )

select visitor_id
from visitors
group by visitor_id
