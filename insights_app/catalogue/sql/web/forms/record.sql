select form_id, coalesce(any_value(name), form_id) as title
from (
    select form_id, name from dim_form where form_id = $id
    union all
    select form_id, null from mart_form_kpis where form_id = $id
)
where form_id <> 'unknown'
group by form_id
