"""SendGrid Event Webhook: where each field of an event lies, as data and SQL expressions."""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.adapters.adapter import Column, JsonAdapter, cast_as, text_field, varchar
from ingestion.values.instants import epoch_seconds

_FIELDS = (
    "event", "timestamp", "email", "url", "ip", "useragent", "type", "status", "reason", "sg_event_id",
    "sg_message_id", "smtp-id", "smtp_id", "sg_machine_open", "asm_group_id",
)  # fmt: skip
_MODELLED = frozenset({
    "processed", "dropped", "delivered", "deferred", "bounce", "open", "click", "spamreport", "unsubscribe",
    "group_unsubscribe", "group_resubscribe",
})  # fmt: skip


def _structure(ids: Mapping[str, str]) -> dict[str, object]:
    # Custom arguments arrive flattened beside SendGrid's own fields.
    return dict.fromkeys((*_FIELDS, *ids.values()), "VARCHAR")


# `smtp-id` is the Message-ID header, with or without its brackets.
_SMTP_ID = "nullif(trim(coalesce(nullif(r.\"smtp-id\", ''), r.smtp_id), '<> '), '')"
# Matches the message's id before a SendGrid host name in `sg_message_id`: one part, or three in ids of the
# old dotted kind. An id that begins with a host name is the host's own, not the message's.
_FIRST_PART = "trim(split_part(r.sg_message_id, '.', 1))"
_OWN_ID = rf"""
    case
        when lower(left({_FIRST_PART}, 6)) in ('filter', 'recvd-') then null
        when length({_FIRST_PART}) = 11
        then regexp_extract(
            trim(r.sg_message_id), '^([0-9a-f]{{11}}\.[0-9a-f]+\.[0-9a-f]+|[^.]*)(?:\.|$)', 1
        )
        else nullif({_FIRST_PART}, '')
    end
"""
# The part before the @ is SendGrid's message id only if SendGrid made the Message-ID.
_IS_SENDGRIDS = rf"regexp_matches({_SMTP_ID}, '@[^@]*(ismtpd|sendgrid\.net)', 'i')"
_MESSAGE_ID = f"""
    coalesce({_OWN_ID}, case when {_IS_SENDGRIDS} then nullif(split_part({_SMTP_ID}, '@', 1), '') end)
"""

#: Message id of the events that SendGrid's "test your integration" button posts to the live webhook.
_TEST_MESSAGE = "14c5d75ce93.dfd.64b469"

ADAPTER = JsonAdapter(
    name="sendgrid",
    shapes="Event Webhook: an array per line or per file, or one event per line",
    description="One row per recipient of each event that SendGrid's Event Webhook reported.",
    structure=_structure,
    id_sql=text_field,
    event_type="r.event",
    modelled=_MODELLED,
    ignored_as=f"case when {_MESSAGE_ID} = '{_TEST_MESSAGE}' then 'test' end",
    required={"email": "r.email"},
    event_time="r.timestamp",
    parsed_time=epoch_seconds("r.timestamp"),
    columns={
        "recipient": varchar("r.email"),
        # An asynchronous bounce has no sg_message_id.
        "message_id": varchar(_MESSAGE_ID),
        "url": varchar("r.url"),
        "ip": varchar("r.ip"),
        "user_agent": varchar("r.useragent"),
        "event": varchar("r.event", "SendGrid's event name."),
        "bounce_type": varchar("r.type", "`type` of a bounce: bounce or blocked."),
        "status": varchar("r.status", "Enhanced status code (x.y.z) of the receiver's answer."),
        "reason": varchar("r.reason", "Why it bounced, was dropped or deferred."),
        "sg_event_id": varchar("r.sg_event_id", "SendGrid's id of the event: the deduplication key."),
        "sg_message_id": varchar(
            "r.sg_message_id",
            "SendGrid's id of the message, with its routing suffix; absent on an asynchronous bounce.",
        ),
        "smtp_id": varchar(
            "coalesce(nullif(r.\"smtp-id\", ''), r.smtp_id)", "Message-ID header of the message."
        ),
        # The Message-ID header, unless SendGrid's own message id can be read from it.
        "header_message_id": varchar(
            f"case when not {_IS_SENDGRIDS} then {_SMTP_ID} end",
            "The Message-ID header without brackets, where it is not SendGrid's own and so does not tell"
            " SendGrid's id of the message.",
        ),
        "is_asynchronous": Column(
            "BOOLEAN",
            f"({_OWN_ID}) is null",
            "True where SendGrid gives no id of its own for the message: of a bounce, that it came later by"
            " mail.",
        ),
        "sg_machine_open": cast_as(
            "BOOLEAN", "r.sg_machine_open", "True where a mail client's machine opened, not a person."
        ),
        "asm_group_id": varchar("r.asm_group_id", "Unsubscribe group the event is about."),
    },
)
