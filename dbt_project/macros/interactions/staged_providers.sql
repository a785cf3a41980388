{#- The staging models that give interactions, by provider. Made by `make providers`. -#}
{%- macro staged_providers() -%}
    {{-
        return(
            {
                "sendgrid": "stg_sendgrid__events",
                "ses": "stg_ses__events",
                "mailgun": "stg_mailgun__events",
                "postmark": "stg_postmark__events",
                "sparkpost": "stg_sparkpost__events",
                "brevo": "stg_brevo__events",
                "mandrill": "stg_mandrill__events",
                "resend": "stg_resend__events",
                "mailjet": "stg_mailjet__events",
                "segment": "stg_segment__events",
                "snowplow": "stg_snowplow__events",
                "access_log": "stg_access_log__requests",
                "dynamics365": "stg_dynamics365__interactions",
                "interactions": "stg_interactions__events",
            }
        )
    -}}
{%- endmacro -%}
