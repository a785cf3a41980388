select arrival_date as day, sum(records_read)::bigint as records_read
from build_files
where arrival_date between $from and $to
group by day
order by day
