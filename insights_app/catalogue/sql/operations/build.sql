select
    *,
    'every check, with its rule and rows' as data_docs,
    'written by make docs: docs/index.html in the home' as dbt_docs
from build_info
