{#- SQL for the detail that a timeline shows of an activity, beside the entity that it is about: the
    link of a click, the URL of a visit, a
    tile with the path taken or the reason to stop, the word for a change of consent, a stage, a score, the worth
    of a conversion. What people typed or answered is none of
    it, and addresses are masked. `tile_name` is a column with the tile's name. -#}
{%- macro activity_detail(tile_name, interaction_type="interaction_type") -%}
    {%- set detail -%}
        case
            when {{ interaction_type }} like '%~_clicked' escape '~'
            then link_url
            when {{ interaction_type }} like '%~_visited' escape '~'
            then url
            when {{ interaction_type }} like 'journey~_tile~_%' escape '~'
            then
                coalesce({{ tile_name }}, tile_id, 'unknown')
                || coalesce(
                    ' · ' || case
                        when {{ interaction_type }} = 'journey_tile_processed'
                        then path
                        when {{ interaction_type }} <> 'journey_tile_entered'
                        then reason
                    end,
                    ''
                )
            when {{ interaction_type }} = 'consent_changed'
            then reason
            when {{ interaction_type }} = 'lead_stage_changed'
            then stage
            when {{ interaction_type }} = 'converted'
            then
                {{ number_text("amount") }}
                || coalesce(' ' || currency, '')
            when {{ interaction_type }} in ('lead_scored', 'survey_responded')
            then {{ number_text("score") }}
        end
    {%- endset -%}
    {{ without_addresses("(" ~ detail ~ ")") }}
{%- endmacro -%}
