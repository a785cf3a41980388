{#- Returns the relation from which a model about messages reads their interactions: those of touched messages, which
    a run sets aside once for all such models, or all interactions where the model is made anew. -#}
{%- macro interactions_of_touched_messages() -%}
    {%- if not execute -%}
        {%- do ref("int_email_interactions_touched") -%}
    {%- endif -%}
    {%- set suffix = "_touched" if is_incremental() else "" -%}
    {{- return(ref("int_email_interactions" ~ suffix)) -}}
{%- endmacro -%}
