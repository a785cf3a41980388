{#- One row per interaction copy that a native feed reported. Copies of one interaction share `source_key`,
    the feed's own id. A bounce that does not say what it was is `other`. A message is the feed's message id
    alone: it is one send to one recipient, and an open or click need not repeat the address. -#}
with
    source as (select * from {{ source("raw", "interactions") }}),

    judged as (
        select
            *,
            {{ lower_text(trimmed("recipient")) }} as address,
            case
                when message_id is not null
                then {{ content_key(["feed", "message_id"]) }}
            end as message,
            -- A bounce without a type is of the kind `other`.
            case
                when interaction_type = 'email_bounced'
                then coalesce(bounce_type, 'other')
            end as bounce
        from source
    )

    {{
        stage_interactions(
            "judged",
            {
                "source_id": "interaction_id",
                "source_key": "interaction_id",
                "source_event": "interaction_type",
                "recipient": "address",
                "message_key": "message",
                "bounce_type": "bounce",
            },
            by_name=[
                "visitor_id",
                "website_id",
                "redirect_url_id",
                "event_id",
                "survey_id",
                "segment_id",
                "lead_id",
                "lead_scoring_model_id",
                "page_id",
                "form_id",
                "submission_id",
                "link_url",
                "link_name",
                "url",
                "referrer",
                "reason",
                "path",
                "stage",
                "grade",
                "score",
                "contact_result",
                "lead_result",
                "members_count",
                "amount",
                "currency",
                "order_id",
                "is_sales_ready",
                "is_machine",
                "properties",
            ],
        )
    }}
