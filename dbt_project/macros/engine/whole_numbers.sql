{#- SQL for a query with the column `number`: the whole numbers from 0 with at most this many
    digits. -#}
{%- macro whole_numbers(digits) -%}
    select
        {% for place in range(digits) -%}
            digits_{{ place }}.digit * {{ 10**place }}
            {%- if not loop.last %} + {% endif -%}
        {%- endfor %} as number
    from
    {% for place in range(digits) -%}
        {% if not loop.first %}
            cross join
        {% endif -%}
            (
                {% for digit in range(10) -%}
                    select {{ digit }} as digit
                    {% if not loop.last %}
                        union all
                    {% endif %}
                {%- endfor %}
            ) as digits_{{ place }}
    {% endfor %}
{%- endmacro -%}
