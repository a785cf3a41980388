{{ config(meta=follows(none, {"int_record_outcomes": none})) }}

{%- set before = previous("build_files") -%}
{%- set name = ["feed", "arrival_date", "file"] -%}
{%- set compared = name + [
    "records_read",
    "records_readable",
    "ignored",
    "quarantined",
    "replayed",
    "file_quarantined",
] -%}

with
    files as (
        select
            file_id,
            {{ name | join(", ") }},
            records_read,
            records_readable,
            ignored,
            quarantined,
            coalesce(replayed, 0) as replayed,
            file_quarantined
        from {{ source("raw", "files") }}
    ),

    counted_anew as (
        select file_id from {{ changes_of("int_record_outcomes") }} as changed
    ),

    {%- if before %}
        before as (
            select *, records_landed + duplicates as records_readable from {{ before }}
        ),

        -- Files whose record counts changed since: read further, replayed, or removed
        -- from the ledger.
        now_otherwise as (
            select {{ compared | join(", ") }}
            from files
            except
            select {{ compared | join(", ") }}
            from before
        ),

        then_otherwise as (
            select {{ compared | join(", ") }}
            from before
            except
            select {{ compared | join(", ") }}
            from files
        ),

    {%- endif %}
    touched as (
        select {{ name | join(", ") }}
        from files
        where file_id in (select file_id from counted_anew)
        {%- if before %}
            union
            select {{ name | join(", ") }}
            from now_otherwise
            union
            select {{ name | join(", ") }}
            from then_otherwise
        {%- endif %}
    )

select {{ name | join(", ") }}
from touched
group by {{ name | join(", ") }}
