{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key="url",
        meta={"is_constant": true},
    )
}}

with
    details as (
        select url
        from
            {% if is_incremental() -%}
                {{ changes_of("int_interaction_details") }} as changed
            {%- else -%} {{ ref("int_interaction_details") }}
            {%- endif %}
        where
            url is not null
            {%- if is_incremental() %}
                and url not in (select url from {{ this }})
            {%- endif %}
        group by url
    ),

    bare as (select url, {{ normalised_url("url") }} as bare_url from details)

select
    url,
    {{ url_host("bare_url") }} as host,
    {{ url_path("url") }} as path,
    bare_url as page_key,
    {{ page_address("url") }} as page_address,
    {%- for column in utm_columns() %}
        {{ url_parameter("url", column) }} as {{ column }}
        {%- if not loop.last %},{% endif -%}
    {%- endfor %}
from bare
