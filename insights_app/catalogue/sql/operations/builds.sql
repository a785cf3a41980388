select
    build_id,
    built_at,
    -- A build is named after the moment at which it began.
    date_diff('second', try_strptime(build_id[:16], '%Y%m%dT%H%M%SZ') at time zone 'UTC', built_at) as took,
    last_arrival_date,
    files,
    files - lag(files) over (order by build_id) as new_files,
    audit_checks + arrival_checks as checks,
    audit_failed + arrival_failed as red,
    is_full_refresh,
    touchpoint_version
from build_history
