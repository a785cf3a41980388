select feed, cause, sum(records)::bigint as records from build_unmatched group by all
