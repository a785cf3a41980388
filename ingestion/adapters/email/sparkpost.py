"""SparkPost event webhooks and pages of its Events API: where each field of an event lies."""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.adapters.adapter import JsonAdapter, cast_as, varchar
from ingestion.sql import identifier
from ingestion.values.instants import epoch_seconds, iso_8601

#: Class of the bounces that are vacation replies: the message itself was delivered.
_AUTO_REPLY_CLASS = "60"

_MODELLED = frozenset({
    "injection", "delivery", "delay", "bounce", "out_of_band", "policy_rejection", "generation_failure",
    "generation_rejection", "spam_complaint", "open", "initial_open", "amp_open", "amp_initial_open", "click",
    "amp_click", "list_unsubscribe", "link_unsubscribe",
})  # fmt: skip

_FIELDS = (
    "event_class", "msys", "type", "event_id", "timestamp", "injection_time", "message_id", "transmission_id",
    "rcpt_to", "raw_rcpt_to", "bounce_class", "error_code", "reason", "raw_reason", "target_link_url",
    "target_link_name", "ip_address", "user_agent",
)  # fmt: skip

# `{"msys": {"message_event": {…}}}` becomes the event itself with its class before its fields. Several
# classes in one wrapper are several records; an empty wrapper (SparkPost's ping) and anything that is no
# event stay unchanged, to be reported. (Joining texts is three times as fast as merging objects.)
_UNWRAPPED = """
    case
        when json_type(element, '$.msys') = 'OBJECT' and len(json_keys(element, '$.msys')) > 0
        then list_transform(
            list_zip(json_keys(element, '$.msys'), json_extract(element, '$.msys.*')),
            lambda wrapped: case
                when json_type(wrapped[2]) <> 'OBJECT' then wrapped[2]
                when wrapped[2] = '{}' then json_object('event_class', wrapped[1])
                else cast(
                    '{"event_class":' || to_json(wrapped[1]) || ',' || substr(wrapped[2], 2) as JSON
                )
            end
        )
        else [element]
    end
"""

_RECORDS = f"""
    flatten(
        list_transform(
            case
                when json_type(doc) = 'ARRAY' then cast(doc as JSON[])
                when json_type(doc, '$.results') = 'ARRAY' then cast(doc -> '$.results' as JSON[])
                else [doc]
            end,
            lambda element: {_UNWRAPPED}
        )
    )
"""


def _structure(ids: Mapping[str, str]) -> dict[str, object]:
    return {
        **dict.fromkeys(_FIELDS, "VARCHAR"),
        "rcpt_meta": dict.fromkeys(ids.values(), "VARCHAR"),
        "user_agent_parsed": {"is_prefetched": "VARCHAR", "is_proxy": "VARCHAR"},
        "geo_ip": dict.fromkeys(("country", "region", "city", "latitude", "longitude"), "VARCHAR"),
    }


def _id_sql(name: str) -> str:
    return f"r.rcpt_meta.{identifier(name)}"


_RECIPIENT = "coalesce(nullif(r.rcpt_to, ''), nullif(r.raw_rcpt_to, ''))"
# The time of the event; if there is none, when SparkPost accepted the message.
_TIME = "coalesce(nullif(r.\"timestamp\", ''), nullif(r.injection_time, ''))"

ADAPTER = JsonAdapter(
    name="sparkpost",
    shapes="`[{msys: {…}}]`, bare events, Events API pages `{results: […]}`",
    description="One row per recipient of each event that SparkPost's event webhooks reported.",
    structure=_structure,
    id_sql=_id_sql,
    may_hold_many="text[1] = '[' or contains(text, '\"msys\"') or contains(text, '\"results\"')",
    records=_RECORDS,
    event_type="case when r.msys is null then r.type when r.msys in ('{}', 'null') then 'ping' end",
    modelled=_MODELLED,
    ignored_as=(
        "case when r.type in ('bounce', 'out_of_band') "
        f"and trim(r.bounce_class) = '{_AUTO_REPLY_CLASS}' then 'auto_reply' end"
    ),
    required={"rcpt_to": _RECIPIENT},
    event_time=_TIME,
    # Webhooks give seconds since 1970 in a string, the Events API gives ISO 8601.
    parsed_time=f"coalesce({epoch_seconds(_TIME)}, {iso_8601(_TIME)})",
    columns={
        "recipient": varchar(_RECIPIENT),
        # An event from before SparkPost generated the message has only the id of the transmission.
        "message_id": varchar("coalesce(nullif(r.message_id, ''), nullif(r.transmission_id, ''))"),
        "url": varchar("r.target_link_url"),
        "ip": varchar("r.ip_address"),
        "user_agent": varchar("r.user_agent"),
        "country": varchar("r.geo_ip.country"),
        "region": varchar("r.geo_ip.region"),
        "city": varchar("r.geo_ip.city"),
        "latitude": cast_as("DOUBLE", "r.geo_ip.latitude"),
        "longitude": cast_as("DOUBLE", "r.geo_ip.longitude"),
        "event_class": varchar(
            "r.event_class", "Class an event is wrapped in (message_event, track_event, ...)."
        ),
        "event": varchar("r.type", "SparkPost's event name."),
        "event_id": varchar("nullif(r.event_id, '')", "SparkPost's id of the event: the deduplication key."),
        "bounce_class": cast_as("INTEGER", "r.bounce_class", "SparkPost's bounce classification code."),
        "error_code": varchar("nullif(r.error_code, '')", "The receiving server's SMTP code."),
        "reason": varchar(
            "coalesce(nullif(r.reason, ''), nullif(r.raw_reason, ''))",
            "Why it bounced, was delayed or rejected.",
        ),
        "is_prefetched": cast_as(
            "BOOLEAN",
            "r.user_agent_parsed.is_prefetched",
            "True where a mail client fetched the pixel ahead of a person.",
        ),
        "is_proxy": cast_as("BOOLEAN", "r.user_agent_parsed.is_proxy", "True where an image proxy opened."),
        "link_name": varchar("nullif(r.target_link_name, '')", "Name of the link that was clicked."),
    },
)
