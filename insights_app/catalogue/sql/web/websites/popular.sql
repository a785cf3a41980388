-- From the mart of pages where no days are chosen and machines count too, else from the visits themselves.
select url, visits, visitors, last_visit_at
from mart_website_pages
where website_id = $id and not $people and $from = date '0001-01-01' and $to = date '9999-12-31'
union all
select page_address, count(*), count(distinct visitor_key), max(occurred_at)
from fct_website_visits
where
    website_id = $id
    and visit_date between $from and $to
    and not ($people and is_machine)
    and ($people or $from > date '0001-01-01' or $to < date '9999-12-31')
group by page_address
