"""Postmark webhooks: their shapes and fields, as data.

Belongs here: where each kind of Postmark record keeps its time, recipient and place, and which kinds of
bounce are no news about an e-mail. Does not belong here: what an event means (`stg_postmark__events`).
"""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.adapter import Column, JsonAdapter
from ingestion.instants import iso_8601

_TEXT = "VARCHAR"

# One of these, by kind of record.
_TIMES = ("DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt")

# Postmark files automatic answers and inbound trouble under bounces: the message itself did not bounce.
_NO_BOUNCE = "('AutoResponder', 'AddressChange', 'OpenRelayTest', 'ChallengeVerification', 'InboundError')"


def _structure(ids: Mapping[str, str]) -> dict[str, object]:
    fields = (
        "RecordType",
        "ID",
        "Type",
        "MessageID",
        "Recipient",
        "Email",
        *_TIMES,
        "OriginalLink",
        "UserAgent",
        "SuppressSending",
        "SuppressionReason",
        "Origin",
        "Description",
        "Details",
    )
    return {
        **dict.fromkeys(fields, _TEXT),
        "Geo": dict.fromkeys(("CountryISOCode", "Region", "City", "Coords", "IP"), _TEXT),
        "Metadata": dict.fromkeys(ids.values(), _TEXT),
    }


def _metadata(name: str) -> str:
    quoted = name.replace('"', '""')
    return f'r.Metadata."{quoted}"'


def _filled(*fields: str) -> str:
    """SQL for the first of `fields` of `r` that is there and not blank."""
    return "coalesce(" + ", ".join(f"nullif(trim(r.{field}), '')" for field in fields) + ")"


_EVENT_TIME = _filled(*_TIMES)
# Postmark counts in tenths of a microsecond: cut, not rounded, so that the rest stays a rest.
_TO_THE_MICROSECOND = f"regexp_replace({_EVENT_TIME}, '(\\.\\d{{6}})\\d+', '\\1')"
_BEYOND = f"nullif(rtrim(regexp_extract({_EVENT_TIME}, '\\.\\d{{6}}(\\d+)', 1), '0'), '')"
_RECIPIENT = _filled("Recipient", "Email")

# The zero id stands for no message: of a suppression it says that it concerns none; of anything else it says
# that somebody pressed the "send test" button.
_HAS_ZERO_ID = "coalesce(regexp_matches(r.MessageID, '^\\W*0[0-]*0\\W*$'), false)"

# A page of the Bounces API has a list of bounces, which do not say that they are any.
_RECORDS = """
    case
        when json_type(doc) = 'ARRAY' then cast(doc as JSON[])
        when json_type(doc, '$.Bounces') = 'ARRAY' then cast(doc -> '$.Bounces' as JSON[])
        else [doc]
    end
"""
_RECORD_TYPE = f"""
    coalesce(
        {_filled("RecordType")},
        case when {_filled("BouncedAt")} is null then null
        when r.Type = 'SpamComplaint' then r.Type when {_filled("Type")} is not null then 'Bounce' end
    )
"""

ADAPTER = JsonAdapter(
    name="postmark",
    may_hold_many="text[1] = '[' or contains(text, '\"Bounces\"')",
    records=_RECORDS,
    structure=_structure,
    id_sql=_metadata,
    event_type=_RECORD_TYPE,
    modelled=frozenset({"Delivery", "Bounce", "SpamComplaint", "Open", "Click", "SubscriptionChange"}),
    ignored_as=f"""
        case
            when {_HAS_ZERO_ID} and {_RECORD_TYPE} <> 'SubscriptionChange' then 'test'
            when {_RECORD_TYPE} = 'Bounce' and r.Type in {_NO_BOUNCE} then r.Type
        end
    """,
    required={"recipient": _RECIPIENT},
    event_time=_EVENT_TIME,
    parsed_time=iso_8601(_TO_THE_MICROSECOND),
    columns={
        "time_remainder": Column("VARCHAR", _BEYOND),
        "recipient": Column("VARCHAR", _RECIPIENT),
        "message_id": Column("VARCHAR", f"case when not {_HAS_ZERO_ID} then {_filled('MessageID')} end"),
        "url": Column("VARCHAR", "nullif(r.OriginalLink, '')"),
        "ip": Column("VARCHAR", _filled("Geo.IP")),
        "user_agent": Column("VARCHAR", "nullif(r.UserAgent, '')"),
        "country": Column("VARCHAR", _filled("Geo.CountryISOCode")),
        "region": Column("VARCHAR", _filled("Geo.Region")),
        "city": Column("VARCHAR", _filled("Geo.City")),
        "latitude": Column("DOUBLE", "try_cast(split_part(r.Geo.Coords, ',', 1) as DOUBLE)"),
        "longitude": Column("DOUBLE", "try_cast(split_part(r.Geo.Coords, ',', 2) as DOUBLE)"),
        "record_type": Column("VARCHAR", _RECORD_TYPE),
        "event_id": Column("VARCHAR", _filled("ID")),
        "bounce_type": Column("VARCHAR", "r.Type"),
        "suppress_sending": Column("BOOLEAN", "try_cast(r.SuppressSending as BOOLEAN)"),
        "suppression_reason": Column("VARCHAR", _filled("SuppressionReason")),
        "origin": Column("VARCHAR", _filled("Origin")),
        # What the receiving server answered.
        "details": Column("VARCHAR", f"case when {_RECORD_TYPE} = 'Bounce' then nullif(r.Details, '') end"),
        # Details of a delivery are the receiver's greeting, no reason.
        "reason": Column(
            "VARCHAR",
            f"case when {_RECORD_TYPE} <> 'Delivery' then "
            f"{_filled('Description', 'Details', 'SuppressionReason')} end",
        ),
        "link_name": Column("VARCHAR", "cast(null as VARCHAR)"),
    },
)
