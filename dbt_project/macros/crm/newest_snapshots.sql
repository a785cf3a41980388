{#- SQL for one row per key of an entity, as in its newest snapshot, kept over builds. An entity
    that newer snapshots leave out keeps its last known values. -#}
{%- macro newest_snapshots(entity, key, attributes) -%}
    with
        snapshots as (select * from {{ ref("stg_crm__" ~ entity) }}),

        ranked as (
            select
                *,
                row_number() over (
                    partition by {{ key | join(", ") }} order by snapshot_date desc
                ) as recency
            from snapshots
        ),

        newest as (select * from ranked where recency = 1)

    select
        {%- for column in key + snapshot_trace() + attributes %}
            newest.{{ column }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from newest
    {%- if is_incremental() %}
        left join {{ this }} as known on {{ same_key("newest", "known", key) }}
        where known.snapshot_date is null or not {{ stands_against("known", "newest") }}
    {%- endif %}
{%- endmacro -%}
