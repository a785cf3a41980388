select value
from (values ('red'), ('green')) as results (value)
