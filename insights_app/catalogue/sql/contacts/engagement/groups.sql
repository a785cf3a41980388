with
    named (place, value, label, rule) as (
        values
            (1, 'frequent', 'Frequent', 'opened or clicked in the last 30 days, and on three or more of the last 90'),
            (2, 'recent', 'Recent', 'opened or clicked in the last 30 days'),
            (3, 'cooling', 'Cooling', 'last opened or clicked 31 to 90 days ago'),
            (4, 'lapsing', 'Lapsing', 'last opened or clicked 91 to 365 days ago'),
            (5, 'dormant', 'Dormant', 'last opened or clicked more than 365 days ago'),
            (6, 'new', 'New', 'never opened or clicked; first message in the last 30 days'),
            (7, 'silent', 'Silent', 'never opened or clicked; first message more than 30 days ago'),
            (8, 'not_reached', 'Not reached', 'no message was delivered')
    ),

    counted as (
        select engagement_group, count(*) as contacts
        from mart_contact_engagement
        group by engagement_group
    )

select
    named.value,
    named.label,
    named.rule,
    coalesce(counted.contacts, 0) as contacts,
    coalesce(counted.contacts, 0) / nullif(sum(counted.contacts) over (), 0) as share_rate
from named
left join counted on named.value = counted.engagement_group
order by named.place
