{#- SQL that translates the provider's word in `column`. `names` maps the provider's words to ours;
    any other word becomes null. -#}
{%- macro translated(column, names) -%}
    case
        {{ column }}
        {%- for theirs, ours in names.items() %}
            when '{{ theirs }}' then '{{ ours }}'
        {% endfor %}
    end
{%- endmacro -%}
