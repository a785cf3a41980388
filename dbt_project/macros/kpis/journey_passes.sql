{#- The key columns of a pass: a contact going through a tile of a journey, in one iteration. -#}
{%- macro pass_columns() -%}
    {{- return(["journey_id", "tile_id", "contact_id", "iteration_id"]) -}}
{%- endmacro -%}

{#- SQL for the rank of an event among several at one instant, of which the lowest counts: an
    outcome before an entry, and of outcomes the one that goes on. -#}
{%- macro pass_precedence(interaction_type) -%}
    case
        {{ interaction_type }}
        when 'journey_tile_processed'
        then 1
        when 'journey_tile_failed'
        then 2
        when 'journey_tile_blocked'
        then 3
        else 4
    end
{%- endmacro -%}
