-- One place of each clock that many people live by; the page's script adds the reader's own.
select value, value as label
from (
    values
        ('UTC'), ('America/Los_Angeles'), ('America/Denver'), ('America/Chicago'), ('America/New_York'), ('America/Sao_Paulo'),
        ('Europe/London'), ('Europe/Berlin'), ('Europe/Athens'), ('Africa/Lagos'), ('Africa/Nairobi'), ('Asia/Dubai'),
        ('Asia/Karachi'), ('Asia/Kolkata'), ('Asia/Dhaka'), ('Asia/Bangkok'), ('Asia/Shanghai'), ('Asia/Tokyo'),
        ('Australia/Sydney'), ('Pacific/Auckland')
) as zones (value)
