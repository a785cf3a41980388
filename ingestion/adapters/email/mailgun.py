"""Mailgun webhooks, Events API and Logs API: where each field lies in every one of their formats.

Events come as webhooks, bare events, pages of an API, or the webhooks of before 2018 (a form, or flat JSON).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qs

from ingestion.adapters.adapter import JsonAdapter, cast_as, filled, in_json, varchar
from ingestion.sql import identifier
from ingestion.values.instants import epoch_seconds, iso_8601

_TEXT = "VARCHAR"

_OWN_FIELDS = (
    *("event", "id", "timestamp", "@timestamp", "severity", "reason", "recipient", "url", "ip"),
    # Fields of webhooks from before 2018, which have every field of an event at the top level.
    *("code", "error", "description", "notification", "user-agent", "country", "region", "city"),
)

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


#: Fields that the form of a webhook from before 2018 has.
_FORM_FIELDS = {"event", "recipient", "timestamp"}
_MOST_FIELDS = 200


def _decode(line: str) -> str | None:
    """Return a form-encoded webhook body from before 2018 as JSON; None if the line is no such body."""
    if "event=" not in line or "recipient=" not in line:
        return None
    try:
        values = parse_qs(line.strip(), errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:  # percent-encoded bytes that are not UTF-8, or fields without end
        return None
    if not values.keys() >= _FORM_FIELDS:
        return None
    return json.dumps({name: texts[0] for name, texts in values.items()})


def _structure(ids: Mapping[str, str]) -> dict[str, object]:
    return {
        **dict.fromkeys(_OWN_FIELDS, _TEXT),
        "flags": {"is-test-mode": _TEXT, "is-delayed-bounce": _TEXT},
        "message": {"headers": {"to": _TEXT, "message-id": _TEXT}},
        "client-info": {"user-agent": _TEXT, "client-type": _TEXT, "bot": _TEXT},
        "geolocation": {"country": _TEXT, "region": _TEXT, "city": _TEXT},
        "delivery-status": dict.fromkeys(("code", "enhanced-code", "message", "description"), _TEXT),
        "reject": {"reason": _TEXT, "description": _TEXT},
        "user-variables": dict.fromkeys(ids.values(), _TEXT),
    }


def _variable(name: str) -> str:
    # In webhooks from before 2018, and in events flattened for a table, variables stand beside the event's
    # fields.
    own = f'r."user-variables".{identifier(name)}'
    return f"coalesce({own}, {_beside(name)}, {_beside(f'user_variables_{name}')})"


def _beside(*names: str) -> str:
    """SQL for the first of these top-level fields of the record that is neither null nor blank."""
    found = (f"nullif(trim({in_json('body', name)}), '')" for name in names)
    return f"coalesce({', '.join(found)})"


_MODELLED = frozenset({
    "accepted", "rejected", "delivered", "failed", "opened", "clicked", "unsubscribed", "complained",
    "bounced", "dropped",
})  # fmt: skip
_RECIPIENT = filled("recipient")

# The Logs API writes ISO 8601 under another name.
_TIME = filled("timestamp", '"@timestamp"')
_HEADER_ID = filled('message.headers."message-id"')
_OTHER_ID = _beside("Message-Id", "message-id", "Message-ID", "message_headers_message_id")
_MESSAGE_ID = f"coalesce({_HEADER_ID}, {_OTHER_ID})"
_STATUS_CODE = filled('"delivery-status".code', "code")
_CODE = f"coalesce({_STATUS_CODE}, {_beside('delivery_status_code')})"

_REASON = filled("reason", "reject.reason")
_WORDS = filled(
    *('"delivery-status".message', '"delivery-status".description', "reject.reason", "reject.description"),
    *("error", "description", "notification"),
)

# A rejected message names its recipients only in the To header: take every address in it, without display
# names.
_HEADER_ADDRESSES = (
    "regexp_extract_all(regexp_replace(r.message.headers.\"to\", '\"[^\"]*\"', '', 'g'), "
    "'[^\\s<>,;:]+@[^\\s<>,;:]+')"
)

ADAPTER = JsonAdapter(
    name="mailgun",
    shapes="`{signature, event-data}`, bare events, Events API pages `{items: […]}`",
    description="One row per recipient of each event that Mailgun's webhooks or Events API reported.",
    may_hold_many="text[1] = '[' or contains(text, '\"event-data\"') or contains(text, '\"items\"')",
    records=_RECORDS,
    decode=_decode,
    structure=_structure,
    id_sql=_variable,
    event_type="r.event",
    modelled=_MODELLED,
    ignored_as="case when lower(r.flags.\"is-test-mode\") = 'true' then 'test' end",
    items=f"""
        case
            when {_RECIPIENT} is null and len({_HEADER_ADDRESSES}) > 0 then {_HEADER_ADDRESSES}
        end
    """,
    required={"recipient": f"coalesce({_RECIPIENT}, {_HEADER_ADDRESSES}[1])"},
    event_time=_TIME,
    parsed_time=f"coalesce({epoch_seconds(_TIME)}, {iso_8601(_TIME)})",
    columns={
        "recipient": varchar(f"coalesce({_RECIPIENT}, item)"),
        "message_id": varchar(f"nullif(trim({_MESSAGE_ID}, '<> '), '')"),
        "url": varchar("nullif(r.url, '')"),
        "ip": varchar(filled("ip")),
        "user_agent": varchar(filled('"client-info"."user-agent"', '"user-agent"')),
        "country": varchar(filled("geolocation.country", "country")),
        "region": varchar(filled("geolocation.region", "region")),
        "city": varchar(filled("geolocation.city", "city")),
        "event": varchar("r.event", "Mailgun's event name."),
        "event_id": varchar(filled("id"), "Mailgun's id of the event, unique within a day only."),
        "severity": varchar("r.severity", "permanent or temporary, on a failure."),
        "reason": varchar(_REASON, "Mailgun's word for why it failed or was rejected."),
        "code": cast_as("INTEGER", _CODE, "SMTP or Mailgun status code of the delivery attempt."),
        "enhanced_code": varchar(
            filled('"delivery-status"."enhanced-code"'),
            "The receiving server's enhanced status code (x.y.z).",
        ),
        "is_delayed_bounce": cast_as(
            "BOOLEAN",
            'r.flags."is-delayed-bounce"',
            "True where the receiver accepted the message and bounced it later.",
        ),
        # Empty: Mailgun recognised no machine. Null: Mailgun did not say.
        "bot": varchar(
            'r."client-info".bot',
            "Machine Mailgun recognised behind an open or click; empty or null for a person.",
        ),
        "client_type": varchar(
            filled('"client-info"."client-type"'),
            "Kind of program behind an open or click: browser, mobile browser, email client, robot …",
        ),
        "description": varchar(_WORDS, "The receiver's or Mailgun's words for a failure."),
    },
)
