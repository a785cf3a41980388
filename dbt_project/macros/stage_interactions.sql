{#- The canonical columns of an interaction, in order, with their types: said once, here. -#}
{%- macro interaction_columns() -%}
    {{-
        return(
            {
                "feed": "string",
                "arrival_date": "date",
                "file_id": "bigint",
                "line_number": "bigint",
                "item_index": "integer",
                "row_index": "integer",
                "source_id": "string",
                "source_key": "string",
                "version": "bigint",
                "source_event": "string",
                "shadow_of": "string",
                "interaction_type": "string",
                "occurred_at": "instant",
                "contact_id": "string",
                "recipient": "string",
                "visitor_id": "string",
                "session_id": "string",
                "message_id": "string",
                "header_message_id": "string",
                "message_key": "string",
                "email_id": "string",
                "journey_id": "string",
                "iteration_id": "string",
                "tile_id": "string",
                "website_id": "string",
                "redirect_url_id": "string",
                "event_id": "string",
                "survey_id": "string",
                "segment_id": "string",
                "lead_id": "string",
                "lead_scoring_model_id": "string",
                "page_id": "string",
                "form_id": "string",
                "submission_id": "string",
                "link_url": "string",
                "link_name": "string",
                "url": "string",
                "referrer": "string",
                "http_method": "string",
                "http_status": "integer",
                "is_page_path": "boolean",
                "ip": "string",
                "user_agent": "string",
                "country": "string",
                "region": "string",
                "city": "string",
                "latitude": "double",
                "longitude": "double",
                "bounce_type": "string",
                "reason": "string",
                "path": "string",
                "stage": "string",
                "grade": "string",
                "score": "double",
                "contact_result": "string",
                "lead_result": "string",
                "members_count": "bigint",
                "amount": "double",
                "currency": "string",
                "order_id": "string",
                "is_sales_ready": "boolean",
                "is_machine": "boolean",
                "is_shadow": "boolean",
                "properties": "string",
            }
        )
    -}}
{%- endmacro -%}

{#- What every staging model gives: where a record was read, which event it is, what happened and when. -#}
{%- macro always_given_columns() -%}
    {{-
        return(
            [
                "feed",
                "arrival_date",
                "file_id",
                "line_number",
                "item_index",
                "row_index",
                "source_key",
                "source_event",
                "interaction_type",
                "occurred_at",
            ]
        )
    -}}
{%- endmacro -%}

{#- The final select of a staging model: canonical columns by name from `relation`; those that every model gives,
    and the further ones listed in `also_given`, are read from there, every other one is a typed null. A message is the provider's message id
    and the recipient, unless the model gives its own `message_key`. -#}
{%- macro stage_interactions(relation, also_given) -%}
    {%- set given = always_given_columns() + also_given -%}
    {%- for column in given if column not in interaction_columns() -%}
        {{-
            exceptions.raise_compiler_error(
                "stage_interactions: `"
                ~ column
                ~ "` is no interaction column; see interaction_columns()"
            )
        -}}
    {%- endfor -%}
    select
        {%- for column, type in interaction_columns().items() %}
            {% if column in given -%}
                cast({{ column }} as {{ sql_type(type) }}) as {{ column }}
            {%- elif column == "message_key" and "message_id" in given -%}
                case
                    when message_id is not null
                    then {{ content_key(["feed", "message_id", "recipient"]) }}
                end as message_key
            {%- else -%} cast(null as {{ sql_type(type) }}) as {{ column }}
            {%- endif -%}
            {%- if not loop.last %},{% endif -%}
        {%- endfor %}
    from {{ relation }}
{%- endmacro -%}

{#- The columns that every interaction has use for; the others only some types fill. -#}
{%- macro core_interaction_columns() -%}
    {{-
        return(
            [
                "feed",
                "arrival_date",
                "file_id",
                "line_number",
                "item_index",
                "row_index",
                "version",
                "source_event",
                "shadow_of",
                "interaction_type",
                "occurred_at",
                "recipient",
                "message_id",
                "header_message_id",
                "message_key",
                "email_id",
                "journey_id",
                "iteration_id",
                "tile_id",
                "link_url",
                "link_name",
                "ip",
                "user_agent",
                "country",
                "region",
                "city",
                "latitude",
                "longitude",
                "bounce_type",
                "reason",
                "is_machine",
            ]
        )
    -}}
{%- endmacro -%}

{#- The columns that only interactions beyond e-mail fill. -#}
{%- macro detail_interaction_columns() -%}
    {%- set columns = interaction_columns() | list -%}
    {%- set left_out = core_interaction_columns() + [
        "contact_id",
        "is_shadow",
    ] -%}
    {{- return(columns | reject("in", left_out) | list) -}}
{%- endmacro -%}
