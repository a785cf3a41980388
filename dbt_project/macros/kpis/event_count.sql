{#- SQL for how many events of a message are of this type and fulfil a further condition. -#}
{%- macro event_count(interaction_type, condition=none) -%}
    count(
        case
            when
                interaction_type = '{{ interaction_type }}'
                {%- if condition %} and {{ condition }}{% endif %}
            then 1
        end
    )
{%- endmacro -%}
