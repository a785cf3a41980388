{#- Entities that an interaction can name, and the column that names them. A tile is named within its
    journey. -#}
{%- macro mentioned_entities() -%}
    {{-
        return(
            {
                "email": "email_id",
                "journey": "journey_id",
                "contact": "given_contact_id",
            }
        )
    -}}
{%- endmacro -%}

{#- Entities that are named in the details of an interaction only. -#}
{%- macro mentioned_detail_entities() -%}
    {{-
        return(
            {
                "page": "page_id",
                "form": "form_id",
                "website": "website_id",
                "redirect_url": "redirect_url_id",
                "event": "event_id",
                "survey": "survey_id",
                "segment": "segment_id",
                "lead": "lead_id",
                "lead_scoring_model": "lead_scoring_model_id",
            }
        )
    -}}
{%- endmacro -%}

{#- SQL for the entities that interactions and their details name, each once: of all interactions,
    or only of those in `among`. -#}
{%- macro mentions(interactions, details, among=none) -%}
    {%- for relation, entities in [
        (details, mentioned_detail_entities()),
        (interactions, mentioned_entities()),
    ] -%}
        {%- for entity, column in entities.items() %}
            select
                '{{ entity }}' as entity_type,
                {{ column }} as entity_id,
                cast(null as {{ sql_type("string") }}) as parent_id
            from {{ relation }}
            where
                {{ column }} is not null
                {%- if among %}
                    and {{ column }} in (
                        select entity_id
                        from {{ among }}
                        where entity_type = '{{ entity }}'
                    )
                {%- endif %}
            group by {{ column }}
            union all
        {%- endfor -%}
    {%- endfor %}
    select
        'journey_tile' as entity_type,
        tile_id as entity_id,
        coalesce(journey_id, 'unknown') as parent_id
    from {{ interactions }}
    where
        tile_id is not null
        {%- if among %}
            and (tile_id, coalesce(journey_id, 'unknown')) in (
                select entity_id, parent_id
                from {{ among }}
                where entity_type = 'journey_tile'
            )
        {%- endif %}
    group by tile_id, coalesce(journey_id, 'unknown')
{%- endmacro -%}
