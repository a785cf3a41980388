with
    contacts as (select * from {{ ref("int_newest_contacts") }}),

    suppressions as (select * from {{ ref("int_address_suppressions") }})

select
    contacts.contact_id, suppressions.suppression_status, suppressions.suppressed_until
from contacts
inner join suppressions on contacts.email = suppressions.address
where suppressions.suppression_status <> 'none'
