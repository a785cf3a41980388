select
    feed,
    max(arrival_date) as last_arrival_date,
    (select as_of_date from build_info) - max(arrival_date) as days_behind,
    sum(records_read)::bigint as records_read,
    sum(quarantined)::bigint as quarantined
from build_files
group by feed
