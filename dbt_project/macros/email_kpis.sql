{#- Every e-mail KPI, once: its name and the column of `fct_email_messages` that counts it. -#}
{%- macro email_counts() -%}
    {{-
        return(
            {
                "targeted": "was_targeted",
                "blocked": "was_blocked",
                "sending_failed": "was_sending_failed",
                "sent": "was_sent",
                "bounced_hard": "was_bounced_hard",
                "bounced_soft": "was_bounced_soft",
                "bounced_other": "was_bounced_other",
                "bounced_total": "was_bounced",
                "delivered": "was_delivered",
                "delivered_confirmed": "was_delivered_confirmed",
                "opened_total": "opened_total",
                "opened_unique": "was_opened",
                "did_not_open": "did_not_open",
                "clicked_total": "clicked_total",
                "clicked_unique": "was_clicked",
                "forwarded": "forwarded",
                "feedback_loops": "was_feedback_loop",
                "unsubscribed": "was_unsubscribed",
                "subscription_submitted": "was_subscription_submitted",
                "generated_leads": "generated_leads",
                "opened_unique_human": "was_opened_human",
                "clicked_unique_human": "was_clicked_human",
                "opened_total_human": "opened_total_human",
                "clicked_total_human": "clicked_total_human",
            }
        )
    -}}
{%- endmacro -%}

{#- Every e-mail rate, once: numerator and denominator among the counts above. -#}
{%- macro email_rates() -%}
    {{-
        return(
            {
                "delivery_rate": ("delivered", "sent"),
                "open_rate": ("opened_unique", "delivered"),
                "click_rate": ("clicked_unique", "delivered"),
                "click_to_open_rate": ("clicked_unique", "opened_unique"),
                "hard_bounce_rate": ("bounced_hard", "sent"),
                "soft_bounce_rate": ("bounced_soft", "sent"),
                "block_rate": ("blocked", "targeted"),
                "complaint_rate": ("feedback_loops", "delivered"),
                "unsubscribe_rate": ("unsubscribed", "delivered"),
                "open_rate_human": ("opened_unique_human", "delivered"),
                "click_rate_human": ("clicked_unique_human", "delivered"),
                "click_to_open_rate_human": (
                    "clicked_unique_human",
                    "opened_unique_human",
                ),
            }
        )
    -}}
{%- endmacro -%}

{#- The counts summed from messages: each `was_`/`did_` flag is one, each event count itself. -#}
{%- macro email_counts_of_messages() -%}
    {%- for kpi, column in email_counts().items() %}
        cast(
            sum(
                {%- if column.startswith("was_") or column.startswith("did_") -%}
                    case when {{ column }} then 1 else 0 end
                {%- else -%}{{ column }}
                {%- endif -%}
            ) as {{ sql_type("bigint") }}
        ) as {{ kpi }}
        {%- if not loop.last %},{% endif -%}
    {%- endfor -%}
{%- endmacro -%}

{#- The counts summed once more, from a finer mart. -#}
{%- macro email_counts_of_counts() -%}
    {%- for kpi in email_counts() %}
        cast(sum({{ kpi }}) as {{ sql_type("bigint") }}) as {{ kpi }}
        {%- if not loop.last %},{% endif -%}
    {%- endfor -%}
{%- endmacro -%}

{%- macro email_count_names(prefix="") -%}
    {%- for kpi in email_counts() %}
        {{ prefix }}{{ kpi }}{% if not loop.last %},{% endif -%}
    {%- endfor -%}
{%- endmacro -%}

{%- macro email_rate_columns(prefix="") -%}
    {%- for name, parts in email_rates().items() %}
        {{ rate(prefix ~ parts[0], prefix ~ parts[1]) }} as {{ name }}
        {%- if not loop.last %},{% endif -%}
    {%- endfor -%}
{%- endmacro -%}
