{#- The entities that interactions are about: the beginning of the interaction type, the kind of
    entity, and the column that names it. -#}
{%- macro interaction_entities() -%}
    {{-
        return(
            {
                "email": ("email", "email_id"),
                "journey_tile": ("journey", "journey_id"),
                "segment": ("segment", "segment_id"),
                "lead": ("lead", "lead_id"),
                "page": ("page", "page_id"),
                "form": ("form", "form_id"),
                "website": ("website", "website_id"),
                "redirect": ("redirect_url", "redirect_url_id"),
                "event": ("event", "event_id"),
                "survey": ("survey", "survey_id"),
                "consent": ("contact", "contact_id"),
                "converted": ("order", "order_id"),
            }
        )
    -}}
{%- endmacro -%}

{#- SQL for the kind of entity that an interaction is about, from its type. -#}
{%- macro entity_type_of_interaction(interaction_type="interaction_type") -%}
    case
        {%- for prefix, (entity_type, column) in interaction_entities().items() %}
            when
                {{ interaction_type }} || '_'
                like '{{ prefix | replace("_", "~_") }}~_%' escape '~'
            then '{{ entity_type }}'
        {%- endfor %}
    end
{%- endmacro -%}

{#- SQL for the id of the entity that an activity is about; `unknown` if it has none. -#}
{%- macro entity_id_of_activity(interaction_type="interaction_type") -%}
    coalesce(
        case
            {%- for prefix, (entity_type, column) in interaction_entities().items() if prefix != "email" %}
                when
                    {{ interaction_type }} || '_'
                    like '{{ prefix | replace("_", "~_") }}~_%' escape '~'
                then {{ column }}
            {%- endfor %}
        end,
        'unknown'
    )
{%- endmacro -%}
