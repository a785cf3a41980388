{#- What we call what a provider calls by a word in `column`: `names` are ours by theirs. Null for any other word. -#}
{%- macro translated(column, names) -%}
    case
        {{ column }}
        {%- for theirs, ours in names.items() %}
            when '{{ theirs }}' then '{{ ours }}'
        {% endfor %}
    end
{%- endmacro -%}
