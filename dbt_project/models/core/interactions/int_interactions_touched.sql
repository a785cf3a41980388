with
    interactions as (select * from {{ ref("int_interactions") }}),

    files as (select * from {{ source("raw", "files") }}),

    touched_addresses as (select * from {{ ref("int_addresses_touched") }})

select
    interactions.interaction_id,
    interactions.interaction_type,
    interactions.feed,
    interactions.message_key,
    interactions.recipient,
    coalesce(interactions.contact_id, interactions.recipient) as party
from interactions
where
    {% if rebuilds_everything() %} 1 = 0
    {% else %}
        interactions.file_id in (select files.file_id from files where files.is_new)
        or {{ key_of_party("interactions") }}
        in (select touched_addresses.address from touched_addresses)
    {% endif %}
