select
    engagement.contact_id,
    engagement.engagement_group,
    coalesce(engagement.last_engaged_date, engagement.first_sent_date) as unengaged_since,
    engagement.last_opened_at,
    engagement.last_clicked_at,
    engagement.opens_last_90_days,
    engagement.clicks_last_90_days,
    engagement.delivered_since_engaged,
    kpis.suppression_status
from mart_contact_engagement as engagement
left join mart_contact_email_kpis as kpis using (contact_id)
where
    ($group is null or engagement.engagement_group = $group)
    and (
        $unengaged is null
        or (
            engagement.delivered > 0
            and coalesce(engagement.last_engaged_date, engagement.first_sent_date)
            <= (select as_of_date - try_cast($unengaged as smallint) from build_info)
        )
    )
