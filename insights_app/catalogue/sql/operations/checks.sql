select
    case when passed then 'green' else 'red' end as result,
    kind,
    table_name,
    check_name,
    observed,
    expected
from build_checks
where $result is null or ($result = 'green') = passed
