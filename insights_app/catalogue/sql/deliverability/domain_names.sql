select value, value as label
from (select recipient_domain as value, sum(sent) as sent from mart_email_domains group by value order by sent desc, value limit 100)
order by value
