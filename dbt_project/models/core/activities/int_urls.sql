{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key="url",
    )
}}

-- depends_on: {{ ref("int_interactions_touched") }}
with
    details as (
        select url
        from {{ ref("int_interaction_details") }}
        where
            url is not null
            {%- if is_incremental() %}
                and interaction_id
                in (select interaction_id from {{ ref("int_interactions_touched") }})
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
    {{ page_address("url") }} as page_address
from bare
