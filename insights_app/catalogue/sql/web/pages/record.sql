select page_id, coalesce(any_value(name), page_id) as title, any_value(url) as url, any_value(form_id) as form_id
from (
    select page_id, name, url, form_id from dim_page where page_id = $id
    union all
    select page_id, null, null, null from mart_page_kpis where page_id = $id
)
where page_id <> 'unknown'
group by page_id
