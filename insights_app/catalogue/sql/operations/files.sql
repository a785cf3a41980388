select
    feed,
    min(arrival_date) as first_arrival_date,
    max(arrival_date) as last_arrival_date,
    count(*) as files,
    sum(records_read)::bigint as records_read,
    sum(records_landed)::bigint as records_landed,
    sum(duplicates)::bigint as duplicates,
    sum(ignored)::bigint as ignored,
    sum(quarantined)::bigint as quarantined
from build_files
group by feed
