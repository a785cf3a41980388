select distinct feed as value, feed as label
from mart_feed_kpis_daily
order by value
