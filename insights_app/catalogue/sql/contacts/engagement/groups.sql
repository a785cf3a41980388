with
    named (place, engagement_group) as (
        values
            (1, 'frequent'), (2, 'recent'), (3, 'cooling'), (4, 'lapsing'),
            (5, 'dormant'), (6, 'new'), (7, 'silent'), (8, 'not_reached')
    ),

    counted as (
        select engagement_group, count(*) as contacts
        from mart_contact_engagement
        group by engagement_group
    )

select
    named.engagement_group,
    named.engagement_group as rule,
    named.engagement_group as value,
    coalesce(counted.contacts, 0) as contacts,
    coalesce(counted.contacts, 0) / nullif(sum(counted.contacts) over (), 0) as share_rate
from named
left join counted using (engagement_group)
order by named.place
