{#- Text functions that engines understand differently, each in DuckDB's meaning. -#}
{#- SQL for a text without the blanks (Unicode's space separators) around it. -#}
{%- macro trim_text(column) -%}
    {{- return(adapter.dispatch("trim_text", "touchpoint")(column)) -}}
{%- endmacro -%}

{%- macro default__trim_text(column) -%} trim({{ column }}) {%- endmacro -%}

{#- Spark's own `trim` knows the ASCII space only. -#}
{%- macro spark__trim_text(column) -%}
    trim(
        both
        '\u0020\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000'
        from {{ column }}
    )
{%- endmacro -%}

{#- SQL for a text in lower case, one letter for one letter. -#}
{%- macro lower_text(column) -%}
    {{- return(adapter.dispatch("lower_text", "touchpoint")(column)) -}}
{%- endmacro -%}

{%- macro default__lower_text(column) -%} lower({{ column }}) {%- endmacro -%}

{#- Java lowers a capital sigma by its place in the word, and a dotted I to two letters. -#}
{%- macro spark__lower_text(column) -%}
    lower(translate({{ column }}, '\u0130\u03a3', 'i\u03c3'))
{%- endmacro -%}

{#- SQL for an address as it is compared: trimmed, in lower case. -#}
{%- macro comparable_address(column) -%}
    {{- return(lower_text(trim_text(column))) -}}
{%- endmacro -%}

{#- A regular expression as a literal. `$` is the end of the text, and `.` is anything but a line feed. -#}
{%- macro regex(pattern) -%}
    {{- return(adapter.dispatch("regex", "touchpoint")(pattern)) -}}
{%- endmacro -%}

{%- macro default__regex(pattern) -%} '{{ pattern }}' {%- endmacro -%}

{#- Java knows more line ends, and finds `$` before the last one too; Spark reads backslashes in a plain
    literal. -#}
{%- macro spark__regex(pattern) -%}
    {%- set whole = pattern[:-1] ~ "\\z" if pattern.endswith("$") else pattern -%}
    r'(?d){{ whole }}'
{%- endmacro -%}

{#- SQL for a number as text, without an exponent and without a fraction of zero. -#}
{%- macro number_text(column) -%}
    {{- return(adapter.dispatch("number_text", "touchpoint")(column)) -}}
{%- endmacro -%}

{%- macro default__number_text(column) -%}
    regexp_replace(cast({{ column }} as {{ sql_type("string") }}), '[.]0$', '')
{%- endmacro -%}

{#- Spark's casts write 1.2345678E7, 5.0E-4 and 0E-18; this has always 18 decimals, of which zeros are cut. -#}
{%- macro spark__number_text(column) -%}
    case
        when {{ column }} is not null
        then
            trim(
                trailing '.'
                from trim(trailing '0' from format_string('%.18f', {{ column }}))
            )
    end
{%- endmacro -%}
