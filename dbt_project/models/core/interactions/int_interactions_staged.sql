{{ config(materialized=view_read_often()) }}

with
    {%- for provider, model in staged_providers().items() %}
        {{ provider }} as (select * from {{ ref(model) }}),
    {%- endfor %}

    unioned as (
        {%- for provider, model in staged_providers().items() %}
            select *
            from {{ provider }}
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    )

select
    {{ content_key(["feed", "source_key", "interaction_type"]) }} as interaction_id,
    unioned.*
from unioned
