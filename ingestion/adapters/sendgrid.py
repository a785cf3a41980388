"""SendGrid Event Webhook: what its events look like.

Belongs here: where SendGrid keeps each field. Does not belong here: what an event means (the dbt staging
model `stg_sendgrid__events`).
"""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.adapter import Column, JsonAdapter, text_field
from ingestion.instants import epoch_seconds

_FIELDS = (
    "event",
    "timestamp",
    "email",
    "url",
    "ip",
    "useragent",
    "type",
    "status",
    "reason",
    "sg_event_id",
    "sg_message_id",
    "smtp-id",
    "smtp_id",
    "sg_machine_open",
    "asm_group_id",
)


def _structure(ids: Mapping[str, str]) -> dict[str, object]:
    # Custom arguments arrive flattened beside SendGrid's own fields.
    return dict.fromkeys((*_FIELDS, *ids.values()), "VARCHAR")


def _text(sql: str) -> Column:
    return Column("VARCHAR", sql)


# `smtp-id` is the Message-ID header, with or without its brackets.
_SMTP_ID = "nullif(trim(coalesce(nullif(r.\"smtp-id\", ''), r.smtp_id), '<> '), '')"
# What comes before the names of SendGrid's hosts: one part, or three where the id is of the old dotted kind.
# An id that begins with such a name is the host's, and none of the message.
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
# Only in a Message-ID that SendGrid made is the left part that same id.
_IS_SENDGRIDS = rf"regexp_matches({_SMTP_ID}, '@[^@]*(ismtpd|sendgrid\.net)', 'i')"
_MESSAGE_ID = f"""
    coalesce({_OWN_ID}, case when {_IS_SENDGRIDS} then nullif(split_part({_SMTP_ID}, '@', 1), '') end)
"""

#: The message that SendGrid's "test your integration" posts events of, to the address of the live webhook.
_TEST_MESSAGE = "14c5d75ce93.dfd.64b469"

ADAPTER = JsonAdapter(
    name="sendgrid",
    structure=_structure,
    id_sql=text_field,
    event_type="r.event",
    modelled=frozenset(
        {
            "processed",
            "dropped",
            "delivered",
            "deferred",
            "bounce",
            "open",
            "click",
            "spamreport",
            "unsubscribe",
            "group_unsubscribe",
            "group_resubscribe",
        }
    ),
    ignored_as=f"case when {_MESSAGE_ID} = '{_TEST_MESSAGE}' then 'test' end",
    required={"email": "r.email"},
    event_time="r.timestamp",
    parsed_time=epoch_seconds("r.timestamp"),
    columns={
        "recipient": _text("r.email"),
        # An asynchronous bounce has no sg_message_id.
        "message_id": _text(_MESSAGE_ID),
        "url": _text("r.url"),
        "ip": _text("r.ip"),
        "user_agent": _text("r.useragent"),
        "event": _text("r.event"),
        "bounce_type": _text("r.type"),
        "status": _text("r.status"),
        "reason": _text("r.reason"),
        "sg_event_id": _text("r.sg_event_id"),
        "sg_message_id": _text("r.sg_message_id"),
        "smtp_id": _text("coalesce(nullif(r.\"smtp-id\", ''), r.smtp_id)"),
        # The message by its own Message-ID, where that does not tell SendGrid's id of it.
        "header_message_id": _text(f"case when not {_IS_SENDGRIDS} then {_SMTP_ID} end"),
        "is_asynchronous": Column("BOOLEAN", f"({_OWN_ID}) is null"),
        "sg_machine_open": Column("BOOLEAN", "try_cast(r.sg_machine_open as BOOLEAN)"),
        "asm_group_id": _text("r.asm_group_id"),
    },
)
