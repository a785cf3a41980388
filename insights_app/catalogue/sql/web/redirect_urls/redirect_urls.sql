select
    daily.redirect_url_id,
    coalesce(redirects.name, daily.redirect_url_id) as redirect_url,
    redirects.target_url,
    sum(daily.clicks)::bigint as clicks,
    sum(daily.clicks_human)::bigint as clicks_human,
    max(daily.click_date) as last_click_date
from mart_redirect_url_daily as daily
left join dim_redirect_url as redirects using (redirect_url_id)
group by all
