{{ config(materialized="view") }}

with
    {%- for provider in staged_providers() %}
        {{ provider }} as (select * from {{ ref("stg_" ~ provider ~ "__events") }}),
    {%- endfor %}

    unioned as (
        {%- for provider in staged_providers() %}
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
