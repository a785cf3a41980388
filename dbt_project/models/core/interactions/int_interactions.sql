{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key="interaction_id",
    )
}}

{%- set kept = core_interaction_columns() -%}

-- What interactions were must be noted before they change.
-- depends_on: {{ ref("int_interactions_before") }}
-- depends_on: {{ ref("int_addresses_touched") }}
with
    staged as (select * from {{ ref("int_interactions_first_copies") }}),

    addresses as (select * from {{ ref("int_contact_addresses") }}),

    {%- if is_incremental() %}
        files as (select file_id, file from {{ source("raw", "files") }}),

        known as (select * from {{ this }}),

        known_copies as (
            select
                known.interaction_id,
                coalesce(known.version, -1) as version,
                known.arrival_date,
                files.file,
                known.line_number,
                known.item_index,
                known.row_index
            from known
            inner join files on known.file_id = files.file_id
            where
                known.interaction_id in (
                    select interaction_id
                    from {{ ref("int_interactions_first_copies") }}
                )
        ),

        -- A copy that is already known stands if it has a higher version, or an equal
        -- one
        -- and came first.
        superseded as (
            select staged.interaction_id
            from staged
            inner join files on staged.file_id = files.file_id
            inner join
                known_copies on staged.interaction_id = known_copies.interaction_id
            where
                known_copies.version > coalesce(staged.version, -1)
                or known_copies.version = coalesce(staged.version, -1)
                and (
                    known_copies.arrival_date < staged.arrival_date
                    or (
                        known_copies.arrival_date = staged.arrival_date
                        and (
                            known_copies.file < files.file
                            or (
                                known_copies.file = files.file
                                and (
                                    known_copies.line_number < staged.line_number
                                    or (
                                        known_copies.line_number = staged.line_number
                                        and (
                                            known_copies.item_index < staged.item_index
                                            or (
                                                known_copies.item_index
                                                = staged.item_index
                                                and known_copies.row_index
                                                <= staged.row_index
                                            )
                                        )
                                    )
                                )
                            )
                        )
                    )
                )
        ),

        arrived as (
            select *
            from staged
            where interaction_id not in (select interaction_id from superseded)
        ),

        touched_addresses as (select address from {{ ref("int_addresses_touched") }}),

        -- Interactions whose address has another holder now, or whose contact lives on
        -- in another one.
        reassigned as (
            select known.*
            from known
            inner join
                touched_addresses
                on {{ key_of_party("known") }} = touched_addresses.address
            where known.interaction_id not in (select interaction_id from arrived)
        ),

    {%- endif %}
    interactions as (
        select
            interaction_id,
            contact_id as named_contact_id,
            {{ kept | join(",\n            ") }}
        from {% if is_incremental() %} arrived {% else %} staged {% endif %}
        {%- if is_incremental() %}
            union all
            select
                interaction_id, named_contact_id, {{ kept | join(",\n            ") }}
            from reassigned
        {%- endif %}
    )

select
    interactions.*,
    case
        when interactions.named_contact_id is not null
        then coalesce(addresses.contact_id, interactions.named_contact_id)
    end as given_contact_id,
    coalesce(addresses.contact_id, interactions.named_contact_id) as contact_id
from interactions
left join
    addresses
    on {{ key_of_party("interactions") }} = addresses.address
    and {{ utc_date("interactions.occurred_at") }} >= addresses.held_from
    and {{ utc_date("interactions.occurred_at") }} < addresses.held_until
