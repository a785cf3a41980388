with
    interactions as (
        select
            interaction_id,
            feed,
            arrival_date,
            file_id,
            line_number,
            item_index,
            row_index,
            shadow_of
        from {{ ref("int_interactions") }}
    ),

    events as (select interaction_id from {{ ref("fct_email_events") }}),

    -- A second name for an open that is counted under its own.
    shadowed as (
        select interactions.interaction_id
        from interactions
        left join events on interactions.interaction_id = events.interaction_id
        where interactions.shadow_of is not null and events.interaction_id is null
    ),

    counted as (
        select interactions.*
        from interactions
        left join shadowed on interactions.interaction_id = shadowed.interaction_id
        where shadowed.interaction_id is null
    ),

    -- A record for several recipients is one record: by its first row, or where another
    -- file gave that row first, by its further rows.
    first_rows as (select * from counted where row_index = 0),

    further_rows as (
        select
            further.feed,
            further.arrival_date,
            further.file_id,
            further.line_number,
            further.item_index
        from counted as further
        left join
            first_rows
            on further.file_id = first_rows.file_id
            and further.line_number = first_rows.line_number
            and further.item_index = first_rows.item_index
        where further.row_index > 0 and first_rows.file_id is null
        group by
            further.feed,
            further.arrival_date,
            further.file_id,
            further.line_number,
            further.item_index
    ),

    records as (
        select feed, arrival_date, file_id
        from first_rows
        union all
        select feed, arrival_date, file_id
        from further_rows
    )

select feed, arrival_date, file_id, 'interaction' as outcome, count(*) as records
from records
group by feed, arrival_date, file_id
