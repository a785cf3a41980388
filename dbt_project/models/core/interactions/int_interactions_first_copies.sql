{{ config(materialized=view_read_often()) }}

with
    staged as (select * from {{ ref("int_interactions_staged") }}),

    -- Read the key columns a second time: that is cheaper than keeping every column in
    -- memory.
    keys as (
        select
            interaction_id,
            version,
            arrival_date,
            file_id,
            line_number,
            item_index,
            row_index
        from {{ ref("int_interactions_staged") }}
    ),

    files as (select file_id, file from {{ source("raw", "files") }}),

    repeated as (
        select interaction_id from keys group by interaction_id having count(*) > 1
    ),

    copies as (
        select
            keys.*,
            row_number() over (
                partition by keys.interaction_id
                order by {{ copy_order("keys", "files.file") }}
            ) as copy_number
        from keys
        inner join repeated on keys.interaction_id = repeated.interaction_id
        inner join files on keys.file_id = files.file_id
    ),

    later_copies as (select * from copies where copy_number > 1)

-- Use a join, because for a `not exists` DuckDB keeps every column in memory.
select staged.*
from staged
left join
    later_copies
    on staged.interaction_id = later_copies.interaction_id
    and staged.file_id = later_copies.file_id
    and staged.line_number = later_copies.line_number
    and staged.item_index = later_copies.item_index
    and staged.row_index = later_copies.row_index
where later_copies.interaction_id is null
