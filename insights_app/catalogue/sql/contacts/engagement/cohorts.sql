select first_sent_month, months_since, contacts, contacts_sent, contacts_opened, contacts_clicked
from mart_contact_cohorts
order by first_sent_month desc, months_since
