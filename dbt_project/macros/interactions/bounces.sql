{#- SQL for whether the receiving server's answer to a bounce that its provider calls permanent says
    nothing of the address: delivery was given up or timed out, or the mailbox was full. A null
    argument is a part of the answer that the provider does not report.

    code: the SMTP code (text or number). enhanced_code: the code x.y.z. words: the answer in words; a code that
    is not given is looked for in it. -#}
{%- macro says_nothing_of_address(code, enhanced_code, words) -%}
    {#- SQL for text in lower case, with every separator between words as one blank. -#}
    {%- set answer -%}
        ' ' || replace(replace(lower({{ words }}), '_', ' '), '-', ' ') || ' '
    {%- endset -%}
    {%- set given_code -%}
        coalesce(
            cast({{ code }} as {{ sql_type("string") }}),
            nullif(
                regexp_extract(
                    {{ answer }}, '^[^0-9]{0,40}([245][0-9][0-9])[^0-9.]', 1
                ),
                ''
            )
        )
    {%- endset -%}
    {%- set given_enhanced_code -%}
        coalesce(
            {{ trimmed(enhanced_code) }},
            nullif(
                regexp_extract(
                    {{ answer }},
                    '[^0-9.]([245][.][0-7][.][0-9]{1,3})([^0-9.]|[.][^0-9])',
                    1
                ),
                ''
            )
        )
    {%- endset -%}
    {#- 552 is a full mailbox; 602 is Mailgun's word for a message that grew too old; 4.7 a time that ran out. -#}
    (
        coalesce(
            {{ given_code }} like '4__'
            or {{ given_code }} in ('552', '602')
            or {{ given_enhanced_code }} like '4.%'
            or {{ given_enhanced_code }} like '_.2.%'
            or {{ given_enhanced_code }} like '_.4.7',
            false
        )
        or coalesce(
            regexp_extract(
                {{ answer }}, '{{ words_about_no_address() | join("|") }}', 0
            )
            <> '',
            false
        )
    )
{%- endmacro -%}

{#- Phrases by which servers say that a mailbox is full, and senders that they gave up. -#}
{%- macro words_about_no_address() -%}
    {{-
        return(
            [
                "(mail ?box|inbox|folder) (is |has been |was )?(currently |now |too )?full",
                "full (mail ?box|inbox)",
                "over ?(the )?(mail ?box |storage |disk )?quota",
                "quota (limit )?(is |was |has been )?(exceeded|full|reached)",
                "exceed(s|ed|ing)? [a-z ]*(quota|storage|allocation|mail ?box size|space)",
                "(mail ?box|storage|disk)( size| space)? (limit |quota )?(is |was |has been )?exceeded",
                "(insufficient|not enough|no|out of) (system |disk |storage |mail ?box )*(storage|space)( |[.,;])",
                "time(d)? ?out",
                "(message|delivery|queue|retry)( time| period)? (has |is |was )?expired",
                "expired (after|in|from)",
                "^ *expired *$",
                "too old",
                "(gave|gives?|giving|given) up",
                "(retry|retries|attempts)[a-z ]* (exceeded|exhausted|used up)",
                "(too many|maximum|max) [a-z ]*(retry|retries|attempts)",
                "(unable to|could not|cannot) (be )?deliver(ed)? [a-z ]*(within|after|for [0-9]+)",
                "too long (in|on) (the )?queue",
            ]
        )
    -}}
{%- endmacro -%}

{#- SQL for the kind of a bounce, null if `interaction_type` is no bounce. `hard` and `other` are
    SQL conditions for what its provider calls so; a bounce that it calls hard is soft if the answer
    says nothing of the address. The further arguments are those of
    `says_nothing_of_address`. -#}
{%- macro kind_of_bounce(
    hard, words, code="null", enhanced_code="null", other="false"
) -%}
    case
        when interaction_type <> 'email_bounced'
        then null
        when {{ other }}
        then 'other'
        when
            {{ hard }} and not {{ says_nothing_of_address(code, enhanced_code, words) }}
        then 'hard'
        else 'soft'
    end
{%- endmacro -%}
