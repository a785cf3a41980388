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

{#- Columns that a raw relation of events has under the name of the interaction's. -#}
{%- macro columns_of_events() -%}
    {{-
        return(
            [
                "feed",
                "arrival_date",
                "file_id",
                "line_number",
                "item_index",
                "row_index",
                "occurred_at",
                "contact_id",
                "message_id",
                "email_id",
                "journey_id",
                "iteration_id",
                "tile_id",
                "ip",
                "user_agent",
                "country",
                "region",
                "city",
                "latitude",
                "longitude",
            ]
        )
    -}}
{%- endmacro -%}

{#- The final select of a staging model: every canonical column, read from `relation`. `mapping` says as SQL over
    the relation what a column is (`source_event` at least), `by_name` what is read under its own name. Of the others
    that holds for `interaction_type` and what every raw relation of events has; the recipient is trimmed and in lower
    case, the key `event_key`, the message the provider's message id and the recipient (else the address in `message_of`), and the rest typed
    nulls. -#}
{%- macro stage_interactions(relation, mapping, by_name=[], message_of=none) -%}
    {%- for column in mapping.keys() | list + by_name if column not in interaction_columns() -%}
        {{-
            exceptions.raise_compiler_error(
                "stage_interactions: `"
                ~ column
                ~ "` is no interaction column; see interaction_columns()"
            )
        -}}
    {%- endfor -%}
    {%- set given = {
        "interaction_type": "interaction_type",
        "recipient": comparable_address("recipient"),
    } -%}
    {%- for column in columns_of_events() + by_name -%}
        {%- do given.update({column: column}) -%}
    {%- endfor -%}
    {%- do given.update(mapping) -%}
    {%- if "source_key" not in given -%}
        {%- do given.update(
            {
                "source_key": event_key(
                    [given["source_event"]], given["recipient"]
                )
            }
        ) -%}
    {%- endif -%}
    {%- if "message_key" not in given -%}
        {%- set message = [
            given["feed"],
            given["message_id"],
            (
                comparable_address(message_of)
                if message_of
                else given["recipient"]
            ),
        ] -%}
        {%- do given.update(
            {
                "message_key": "case when "
                ~ given["message_id"]
                ~ " is not null then "
                ~ content_key(message)
                ~ " end"
            }
        ) -%}
    {%- endif -%}
    select
        {%- for column, type in interaction_columns().items() %}
            cast(
                {{ given.get(column, "null") }} as {{ sql_type(type) }}
            ) as {{ column }}
            {%- if not loop.last %},{% endif -%}
        {%- endfor %}
    from {{ relation }}
{%- endmacro -%}

{#- SQL for the key of an event: the provider's name for it (`kinds`, SQL) and all columns in which
    two events may differ. `id`: SQL of
    an id that a provider gives to an event about one or several recipients; where it has one, that is the key. -#}
{%- macro event_key(kinds, recipient=none, id=none) -%}
    {%- set recipient = recipient or comparable_address("recipient") -%}
    {%- set content = content_key(
        ["feed", "message_id", recipient]
        + kinds
        + [
            epoch_microseconds("occurred_at"),
            "time_remainder",
            "url",
            "ip",
            "user_agent",
        ]
    ) -%}
    {%- if id is none -%} {{- return(content) -}} {%- endif -%}
    case
        when {{ id }} is not null
        then {{ content_key([id, recipient]) }}
        else {{ content }}
    end
{%- endmacro -%}

{#- Returns the columns that every type of interaction may fill; the others are filled by some types
    only. -#}
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

{#- Returns the columns that only interactions other than e-mail fill. -#}
{%- macro detail_interaction_columns() -%}
    {%- set columns = interaction_columns() | list -%}
    {%- set left_out = core_interaction_columns() + [
        "contact_id",
        "is_shadow",
    ] -%}
    {{- return(columns | reject("in", left_out) | list) -}}
{%- endmacro -%}
