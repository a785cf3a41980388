{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key="interaction_id",
    )
}}

{%- set kept = core_interaction_columns() -%}

with
    staged as (select * from {{ ref("int_interactions_first_copies") }}),

    addresses as (select * from {{ ref("int_contact_addresses") }}),

    {%- if is_incremental() %}
        files as (select file_id, file from {{ source("raw", "files") }}),

        known as {{ read_in_place() }} (select * from {{ this }}),

        known_copies as (
            select known.*, files.file
            from known
            inner join files on known.file_id = files.file_id
            where known.interaction_id in (select interaction_id from staged)
        ),

        -- Drop a new copy if the stored one sorts before it.
        superseded as (
            select staged.interaction_id
            from staged
            inner join files on staged.file_id = files.file_id
            inner join
                known_copies on staged.interaction_id = known_copies.interaction_id
            where
                {{ copy_order("known_copies", "known_copies.file") }}
                <= {{ copy_order("staged", "files.file") }}
        ),

        arrived as (
            select *
            from staged
            where interaction_id not in (select interaction_id from superseded)
        ),

        changed_addresses as (
            select address
            from {{ changes_of("int_contact_addresses") }} as changed
            group by address
        ),

        -- Interactions whose address has another holder now, or whose contact was
        -- merged into another one.
        reassigned as (
            select known.*
            from known
            inner join
                changed_addresses
                on {{ key_of_party("known") }} = changed_addresses.address
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
