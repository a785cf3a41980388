select
    *,
    'data_docs' as data_docs,
    'dictionary' as dbt_docs,
    'site' as site
from build_info
