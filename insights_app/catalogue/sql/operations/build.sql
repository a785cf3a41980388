select
    *,
    'every check, with its rule and rows' as data_docs,
    'site/dictionary.html in the folder of the build' as dbt_docs
from build_info
