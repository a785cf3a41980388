select redirect_url_id, coalesce(any_value(name), redirect_url_id) as title, any_value(path) as path, any_value(target_url) as target_url
from (
    select redirect_url_id, name, path, target_url from dim_redirect_url where redirect_url_id = $id
    union all
    select distinct redirect_url_id, null, null, null from mart_redirect_url_daily where redirect_url_id = $id
)
group by redirect_url_id
