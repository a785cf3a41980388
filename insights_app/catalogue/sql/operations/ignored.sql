select feed, record_type, reason, sum(records)::bigint as records from build_ignored group by all
