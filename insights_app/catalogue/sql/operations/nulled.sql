select feed, field, sum(records)::bigint as records from build_nulled group by all
