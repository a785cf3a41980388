{#- Is every table made anew? Then nothing needs a scope, and what a build touches need not be noted. A
    first build is a full refresh too. -#}
{%- macro rebuilds_everything() -%} {{- return(flags.FULL_REFRESH) -}} {%- endmacro -%}
