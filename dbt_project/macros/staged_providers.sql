{#- The staging models that give interactions, by provider. -#}
{%- macro staged_providers() -%}
    {{-
        return(
            [
                "sendgrid",
                "ses",
                "mailgun",
                "postmark",
                "sparkpost",
                "brevo",
                "mandrill",
                "interactions",
            ]
        )
    -}}
{%- endmacro -%}
