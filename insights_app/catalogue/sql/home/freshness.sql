select feed, max(arrival_date) as last_arrival_date, sum(records_read)::bigint as records_read, sum(quarantined)::bigint as quarantined
from build_files
group by feed
