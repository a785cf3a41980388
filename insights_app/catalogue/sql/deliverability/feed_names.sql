select distinct feed as value, feed as label
from fct_email_messages
order by value
