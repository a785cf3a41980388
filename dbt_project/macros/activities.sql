{#- What a change of an activity is announced with: each column and how it is read from `int_activities`.
    A missing journey, iteration or tile is `unknown` in facts and marts; every other missing id puts the
    activity in no mart of that entity. -#}
{%- macro activity_change_columns() -%}
    {{-
        return(
            {
                "interaction_id": ("string", "interaction_id"),
                "interaction_type": ("string", "interaction_type"),
                "occurred_at": ("instant", "occurred_at"),
                "interaction_date": ("date", "interaction_date"),
                "visit_date": ("date", "interaction_date"),
                "click_date": ("date", "interaction_date"),
                "scored_date": ("date", "interaction_date"),
                "contact_id": ("string", "contact_id"),
                "visitor_key": ("string", "visitor_key"),
                "session_key": ("string", "session_key"),
                "journey_id": ("string", "coalesce(journey_id, 'unknown')"),
                "iteration_id": ("string", "coalesce(iteration_id, 'unknown')"),
                "tile_id": ("string", "coalesce(tile_id, 'unknown')"),
                "website_id": ("string", "website_id"),
                "page_id": ("string", "page_id"),
                "form_id": ("string", "form_id"),
                "submission_id": ("string", "submission_id"),
                "redirect_url_id": ("string", "redirect_url_id"),
                "event_id": ("string", "event_id"),
                "survey_id": ("string", "survey_id"),
                "segment_id": ("string", "segment_id"),
                "lead_id": ("string", "lead_id"),
                "lead_scoring_model_id": ("string", "lead_scoring_model_id"),
                "country": ("string", "country"),
                "region": ("string", "region"),
                "city": ("string", "city"),
            }
        )
    -}}
{%- endmacro -%}

{#- The key columns of activities, under the names that facts and marts know them by. -#}
{%- macro activity_keys() -%}
    {%- for name, (type, expression) in activity_change_columns().items() %}
        {{ expression }}
        {% if expression != name %} as {{ name }}{% endif %}
        {%- if not loop.last %},{% endif -%}
    {%- endfor -%}
{%- endmacro -%}
