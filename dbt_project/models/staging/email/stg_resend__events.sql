{#- One row per event and recipient that Resend reported and this build takes in. `email.suppressed`, and a bounce for
    an address on the suppression list, were never sent: blocks. A permanent bounce is hard unless the answer says
    nothing of the address, a transient one soft, an undetermined one other. `email.failed` is a failure to send, and a
    block where the recipient is invalid. The key is the header `svix-id` where the archive keeps it, else the content.
    An open or click of a message to several recipients counts for the first one's message, without a contact. Ids of
    ours are read from the tags. `email.scheduled`, `email.received` and events of no e-mail are ignored by name. -#}
with
    events as (select * from {{ source("raw", "resend") }}),

    blocked as (
        select
            *,
            case
                when
                    event = 'email.suppressed'
                    or bounce_sub_type in ('Suppressed', 'OnAccountSuppressionList')
                then 'suppressed'
                when event = 'email.failed' and lower(reason) like '%invalid%recipient%'
                then 'invalid_address'
            end as block
        from events
    ),

    typed as (
        select
            *,
            case
                when block is not null
                then 'email_blocked'
                else
                    {{
                        translated(
                            "event",
                            {
                                "email.sent": "email_sent",
                                "email.delivered": "email_delivered",
                                "email.delivery_delayed": "email_deferred",
                                "email.bounced": "email_bounced",
                                "email.failed": "email_sending_failed",
                                "email.opened": "email_opened",
                                "email.clicked": "email_clicked",
                                "email.complained": "email_feedback_loop",
                            },
                        )
                    }}
            end as interaction_type
        from blocked
    )

    {{
        stage_interactions(
            "typed",
            {
                "source_id": "svix_id",
                "source_key": event_key(["event"], id="svix_id"),
                "source_event": "event",
                "link_url": "url",
                "bounce_type": kind_of_bounce(
                    hard="coalesce(bounce_type, 'Permanent') = 'Permanent'"
                    " and coalesce(bounce_sub_type, 'General') in ('General', 'NoEmail')",
                    words="concat_ws(' ', answer, reason)",
                    other="bounce_type = 'Undetermined'",
                ),
                "reason": "coalesce(block, reason)",
            },
            message_of="message_recipient",
        )
    }}
