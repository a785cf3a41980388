select
    case when was_blocked then 'blocked' when was_bounced_hard then 'hard bounce' when was_bounced_soft then 'soft bounce'
        when was_bounced then 'other bounce' else 'sending failed' end as outcome,
    coalesce(reason, 'none given') as reason,
    count(*) as messages
from fct_email_messages
where send_date between $from and $to and (was_blocked or was_bounced or was_sending_failed)
group by all
