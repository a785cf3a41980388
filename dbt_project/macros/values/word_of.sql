{#- SQL for the word of a vocabulary that a text has, in any case and with any separators; else
    `other`. -#}
{%- macro word_of(column, vocabulary) -%}
    case
        replace(replace(replace(lower({{ column }}), '_', ''), '-', ''), ' ', '')
        {%- for word in vocabulary %}
            when '{{ word | replace("_", "") }}' then '{{ word }}'
        {%- endfor %}
        else 'other'
    end
{%- endmacro -%}

{#- SQL for the result of matching a submission, in the words of the input contract. -#}
{%- macro matching_result(column) -%}
    case
        lower({{ column }})
        when 'created'
        then 'created'
        when 'updated'
        then 'updated'
        else 'none'
    end
{%- endmacro -%}
