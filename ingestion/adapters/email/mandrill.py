"""Mandrill (Mailchimp Transactional) webhooks: where each field lies, and how to decode their form-encoded
bodies.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from ingestion.adapters.adapter import JsonAdapter, cast_as, in_json, varchar
from ingestion.values.instants import epoch_seconds

_FORM_FIELD = "mandrill_events"

#: Changes of the account's lists of refused and never-refused addresses, under their old and new names.
_LIST_EVENTS = ("blacklist", "whitelist", "denylist", "safelist")

_MODELLED = frozenset({
    "send", "delivered", "deferral", "hard_bounce", "soft_bounce", "open", "click", "spam", "unsub", "reject",
    *_LIST_EVENTS,
})  # fmt: skip

# A body is an array, an object that holds one, or (relayed form fields) an object that holds the array as
# JSON text. Any other value under the key becomes one record, so that it is quarantined and does not vanish.
_RECORDS = """
    case
        when json_type(doc) = 'ARRAY' then cast(doc as JSON[])
        when json_type(doc, '$.mandrill_events') = 'ARRAY'
        then cast(doc -> '$.mandrill_events' as JSON[])
        when json_type(doc, '$.mandrill_events') = 'VARCHAR' and json_valid(doc ->> '$.mandrill_events')
        then case
            when json_type(doc ->> '$.mandrill_events') = 'ARRAY'
            then cast(cast(doc ->> '$.mandrill_events' as JSON) as JSON[])
            else [cast(doc ->> '$.mandrill_events' as JSON)]
        end
        when json_exists(doc, '$.mandrill_events') then [doc -> '$.mandrill_events']
        else [doc]
    end
"""

#: Most form fields that are read of a webhook's body; a real body has one or two.
_MOST_FIELDS = 100


def _decode(line: str) -> str | None:
    """Return the JSON text inside a form-encoded webhook body; None if the line is no such body."""
    if f"{_FORM_FIELD}=" not in line:
        return None
    try:
        values = parse_qs(line.strip(), errors="strict", max_num_fields=_MOST_FIELDS).get(_FORM_FIELD, [])
    except ValueError:  # percent-encoded bytes that are not UTF-8, or fields without end
        return None
    # A body with two lists of events is quarantined whole: reading one list would lose the other.
    return values[0] if len(values) == 1 else None


def _structure(ids: Mapping[str, str]) -> dict[str, object]:
    message = ("_id", "ts", "email", "diag", "bounce_description", "reject_reason")
    return {
        **dict.fromkeys(("event", "type", "ts", "_id", "url", "ip", "user_agent"), "VARCHAR"),
        "user_agent_parsed": {"type": "VARCHAR"},
        "location": dict.fromkeys(("country_short", "region", "city", "latitude", "longitude"), "VARCHAR"),
        "reject": "JSON",
        "entry": "JSON",
        "msg": {**dict.fromkeys(message, "VARCHAR"), "metadata": "JSON", "reject": "JSON"},
    }


def _id_sql(name: str) -> str:
    # The message's metadata is an object; old payloads wrap it in a list.
    places = (in_json("r.msg.metadata", name), in_json("r.msg.metadata", name, first=True))
    return f"coalesce({', '.join(places)})"


_RECIPIENT = """
    coalesce(
        nullif(r.msg.email, ''),
        json_extract_string(r.reject, '$.email'),
        json_extract_string(r.entry, '$.email')
    )
"""
_TIME = "coalesce(nullif(r.ts, ''), nullif(r.msg.ts, ''))"
_EVENT = "coalesce(nullif(r.event, ''), r.type)"
# Real ids are hexadecimal; ids of events from the "send test" button begin with `example`.
_MESSAGE_ID = "coalesce(nullif(r.msg._id, ''), nullif(r._id, ''))"


def _reason_in(field: str) -> str:
    """SQL for the reason in the field `reject`, which is either an object or the bare reason."""
    return (
        f"case json_type({field}) when 'OBJECT' then json_extract_string({field}, '$.reason') "
        f"when 'VARCHAR' then nullif(json_extract_string({field}, '$'), '') end"
    )


_REASON = f"""
    coalesce(
        {_reason_in("r.msg.reject")},
        nullif(r.msg.reject_reason, ''),
        {_reason_in("r.reject")},
        nullif(r.msg.diag, ''),
        nullif(r.msg.bounce_description, '')
    )
"""

ADAPTER = JsonAdapter(
    name="mandrill",
    shapes="`{mandrill_events: […]}`, url-encoded form bodies, bare arrays",
    description="One row per recipient of each event that Mandrill's webhooks reported.",
    structure=_structure,
    id_sql=_id_sql,
    may_hold_many=f"text[1] = '[' or contains(text, '\"{_FORM_FIELD}\"')",
    records=_RECORDS,
    decode=_decode,
    event_type=_EVENT,
    modelled=_MODELLED,
    # A list change without an address or a time cannot be assigned to a recipient.
    ignored_as=(
        f"case when {_MESSAGE_ID} like 'example%' then 'test' "
        f"when {_EVENT} in {_LIST_EVENTS} and ({_RECIPIENT} is null or {_TIME} is null) "
        f"then {_EVENT} end"
    ),
    required={"email": _RECIPIENT},
    event_time=_TIME,
    parsed_time=epoch_seconds(_TIME),
    columns={
        "recipient": varchar(_RECIPIENT),
        "message_id": varchar(_MESSAGE_ID),
        "url": varchar("nullif(r.url, '')"),
        "ip": varchar("nullif(r.ip, '')"),
        "user_agent": varchar("nullif(r.user_agent, '')"),
        "client_type": varchar(
            "nullif(r.user_agent_parsed.type, '')",
            "Kind of program behind an open or click, by `user_agent_parsed`: Browser, Email Client, Robot …",
        ),
        "country": varchar("nullif(r.location.country_short, '')"),
        "region": varchar("nullif(r.location.region, '')"),
        "city": varchar("nullif(r.location.city, '')"),
        "latitude": cast_as("DOUBLE", "r.location.latitude"),
        "longitude": cast_as("DOUBLE", "r.location.longitude"),
        "event": varchar(_EVENT, "Mandrill's event name."),
        "reason": varchar(_REASON, "Diagnostic of the receiver or reject reason."),
        "diagnosis": varchar(
            "concat_ws(' ', r.msg.diag, r.msg.bounce_description)",
            "What the receiving server answered and Mandrill's word for it.",
        ),
    },
)
