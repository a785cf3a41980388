count(case when touches.touch = 'first' then 1 end) as first,
count(case when touches.touch = 'last_before_created' then 1 end) as last_before_created,
count(case when touches.touch = 'last_before_closed' then 1 end) as last_before_closed
