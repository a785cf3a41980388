select value
from (values ('14'), ('30'), ('60'), ('90'), ('180'), ('365')) as days (value)
