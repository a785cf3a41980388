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
    "sg_machine_open",
    "asm_group_id",
)


def _structure(ids: Mapping[str, str]) -> dict[str, object]:
    # Custom arguments arrive flattened beside SendGrid's own fields.
    return dict.fromkeys((*_FIELDS, *ids.values()), "VARCHAR")


def _text(sql: str) -> Column:
    return Column("VARCHAR", sql)


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
    required={"email": "r.email"},
    event_time="r.timestamp",
    parsed_time=epoch_seconds("r.timestamp"),
    columns={
        "recipient": _text("r.email"),
        # An asynchronous bounce has no sg_message_id; the left part of smtp-id is the same id.
        "message_id": _text(
            "coalesce(nullif(split_part(r.sg_message_id, '.', 1), ''),"
            " nullif(split_part(ltrim(r.\"smtp-id\", '< '), '@', 1), ''))"
        ),
        "url": _text("r.url"),
        "ip": _text("r.ip"),
        "user_agent": _text("r.useragent"),
        "event": _text("r.event"),
        "bounce_type": _text("r.type"),
        "status": _text("r.status"),
        "reason": _text("r.reason"),
        "sg_event_id": _text("r.sg_event_id"),
        "sg_message_id": _text("r.sg_message_id"),
        "smtp_id": _text('r."smtp-id"'),
        "sg_machine_open": Column("BOOLEAN", "try_cast(r.sg_machine_open as BOOLEAN)"),
        "asm_group_id": _text("r.asm_group_id"),
    },
)
