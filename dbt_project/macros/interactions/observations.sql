{#- The types of observations, which are staged among the interactions but do not count as such: a
    page seen and a request logged become visits
    and clicks where the CRM knows the host, the URL or the path, and an identification says who a visitor
    is. -#}
{%- macro observation_types() -%}
    {{- return(["page_viewed", "request_logged", "visitor_identified"]) -}}
{%- endmacro -%}

{%- macro is_observation(column) -%}
    {{ column }} in ('{{ observation_types() | join("', '") }}')
{%- endmacro -%}
