case touches.entity_type when 'email' then 'emails' when 'page' then 'pages' when 'form' then 'forms'
    when 'website' then 'websites' when 'redirect_url' then 'redirect-urls' end as path,
