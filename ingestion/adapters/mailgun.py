"""Mailgun webhooks and Events API: their shapes and fields, as data.

Belongs here: how Mailgun events travel (webhook, bare event, Events API page) and where each field lies. Does
not belong here: what an event means (the staging model `stg_mailgun__events`).
"""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.adapter import Column, JsonAdapter
from ingestion.instants import epoch_seconds

_TEXT = "VARCHAR"

# A webhook has the event beside its signature; a page of the Events API has a list of events.
_RECORDS = """
    list_transform(
        case
            when json_type(doc) = 'ARRAY' then cast(doc as JSON[])
            when json_type(doc, '$.items') = 'ARRAY' and json_type(doc, '$.event') is null
            then cast((doc->'items') as JSON[])
            else [doc]
        end,
        lambda x: coalesce((x->'event-data'), x)
    )
"""


def _structure(ids: Mapping[str, str]) -> dict[str, object]:
    return {
        **dict.fromkeys(("event", "id", "timestamp", "severity", "reason", "recipient", "url", "ip"), _TEXT),
        "flags": {"is-test-mode": _TEXT, "is-delayed-bounce": _TEXT},
        "message": {"headers": {"to": _TEXT, "message-id": _TEXT}},
        "client-info": {"user-agent": _TEXT, "bot": _TEXT},
        "geolocation": {"country": _TEXT, "region": _TEXT, "city": _TEXT},
        "delivery-status": dict.fromkeys(("code", "enhanced-code", "message", "description"), _TEXT),
        "reject": {"reason": _TEXT, "description": _TEXT},
        "user-variables": dict.fromkeys(ids.values(), _TEXT),
    }


def _variable(name: str) -> str:
    quoted = name.replace('"', '""')
    return f'r."user-variables"."{quoted}"'


def _filled(*fields: str) -> str:
    """SQL for the first of `fields` of `r` that is there and not blank."""
    return "coalesce(" + ", ".join(f"nullif(trim(r.{field}), '')" for field in fields) + ")"


_RECIPIENT = _filled("recipient")

# A rejected message has nobody but its To header: every address in it, display names aside.
_HEADER_ADDRESSES = (
    "regexp_extract_all(regexp_replace(r.message.headers.\"to\", '\"[^\"]*\"', '', 'g'), "
    "'[^\\s<>,;:]+@[^\\s<>,;:]+')"
)

ADAPTER = JsonAdapter(
    name="mailgun",
    may_hold_many="text[1] = '[' or contains(text, '\"event-data\"') or contains(text, '\"items\"')",
    records=_RECORDS,
    structure=_structure,
    id_sql=_variable,
    event_type="r.event",
    modelled=frozenset(
        {
            "accepted",
            "rejected",
            "delivered",
            "failed",
            "opened",
            "clicked",
            "unsubscribed",
            "complained",
        }
    ),
    ignored_as="case when lower(r.flags.\"is-test-mode\") = 'true' then 'test' end",
    items=f"""
        case
            when {_RECIPIENT} is null and len({_HEADER_ADDRESSES}) > 0 then {_HEADER_ADDRESSES}
        end
    """,
    required={"recipient": f"coalesce({_RECIPIENT}, {_HEADER_ADDRESSES}[1])"},
    event_time=_filled("timestamp"),
    parsed_time=epoch_seconds(_filled("timestamp")),
    columns={
        "recipient": Column("VARCHAR", f"coalesce({_RECIPIENT}, item)"),
        "message_id": Column("VARCHAR", "nullif(trim(r.message.headers.\"message-id\", '<> '), '')"),
        "url": Column("VARCHAR", "nullif(r.url, '')"),
        "ip": Column("VARCHAR", _filled("ip")),
        "user_agent": Column("VARCHAR", 'nullif(r."client-info"."user-agent", \'\')'),
        "country": Column("VARCHAR", _filled("geolocation.country")),
        "region": Column("VARCHAR", _filled("geolocation.region")),
        "city": Column("VARCHAR", _filled("geolocation.city")),
        "event": Column("VARCHAR", "r.event"),
        "event_id": Column("VARCHAR", _filled("id")),
        "severity": Column("VARCHAR", "r.severity"),
        "reason": Column("VARCHAR", _filled("reason", "reject.reason")),
        "code": Column("INTEGER", 'try_cast(r."delivery-status".code as INTEGER)'),
        "enhanced_code": Column("VARCHAR", _filled('"delivery-status"."enhanced-code"')),
        "is_delayed_bounce": Column("BOOLEAN", 'try_cast(r.flags."is-delayed-bounce" as BOOLEAN)'),
        # An empty word says that no machine was recognised; none says nothing.
        "bot": Column("VARCHAR", 'r."client-info".bot'),
        "description": Column(
            "VARCHAR",
            _filled(
                '"delivery-status".message',
                '"delivery-status".description',
                "reject.reason",
                "reject.description",
            ),
        ),
    },
)
