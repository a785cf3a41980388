{#- The word of a vocabulary that a text is, whatever its case and whatever separates its parts; else
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

{#- What matching a submission did, in the words of the input contract. -#}
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
