select
    count(case when passed then 1 end) as green,
    count(case when not passed and kind = 'audit' then 1 end) as red_audits,
    count(case when not passed and kind <> 'audit' then 1 end) as red_arrivals,
    'data_docs' as data_docs
from build_checks
