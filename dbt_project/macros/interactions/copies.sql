{#- SQL that sorts the copies of one record; the first one counts. First comes the highest version,
    and of equal versions the copy that arrived first. Compared and sorted as one value; `file` is
    the name of the copy's file. -#}
{%- macro copy_order(copy, file) -%}
    (
        - coalesce({{ copy }}.version, -1),
        {{ copy }}.arrival_date,
        {{ file }},
        {{ copy }}.line_number,
        {{ copy }}.item_index,
        {{ copy }}.row_index
    )
{%- endmacro -%}
