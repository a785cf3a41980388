select value, value as label
from (values ('red'), ('green')) as results (value)
