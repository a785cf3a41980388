"""Postmark webhooks: where each type of record keeps its time, recipient and place.

Also says which types of bounce are ignored because they say nothing about the e-mail.
"""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.adapters.adapter import JsonAdapter, cast_as, filled, varchar
from ingestion.sql import identifier
from ingestion.values.instants import iso_8601

_TEXT = "VARCHAR"

# Each kind of record has its time in one of these fields.
_TIMES = ("DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt")

# Postmark reports automatic replies and inbound problems as bounces, although the message did not bounce.
_NO_BOUNCE = "('AutoResponder', 'AddressChange', 'OpenRelayTest', 'ChallengeVerification', 'InboundError')"


def _structure(ids: Mapping[str, str]) -> dict[str, object]:
    fields = ("RecordType", "ID", "Type", "MessageID", "Recipient", "Email", "OriginalLink", "UserAgent")
    of_kinds = ("SuppressSending", "SuppressionReason", "Origin", "Description", "Details")
    return {
        **dict.fromkeys((*fields, *_TIMES, *of_kinds), _TEXT),
        "Geo": dict.fromkeys(("CountryISOCode", "Region", "City", "Coords", "IP"), _TEXT),
        "Metadata": dict.fromkeys(ids.values(), _TEXT),
    }


def _metadata(name: str) -> str:
    return f"r.Metadata.{identifier(name)}"


_EVENT_TIME = filled(*_TIMES)
# Postmark writes tenths of a microsecond: cut them off instead of rounding, as all times are read.
_TO_THE_MICROSECOND = f"regexp_replace({_EVENT_TIME}, '(\\.\\d{{6}})\\d+', '\\1')"
_BEYOND = f"nullif(rtrim(regexp_extract({_EVENT_TIME}, '\\.\\d{{6}}(\\d+)', 1), '0'), '')"
_RECIPIENT = filled("Recipient", "Email")

# The zero id means "no message". A suppression has it if it concerns no message; any other record has it if
# it came from the "send test" button.
_HAS_ZERO_ID = "coalesce(regexp_matches(r.MessageID, '^\\W*0[0-]*0\\W*$'), false)"

# A page of the Bounces API has a list of bounces; they lack `RecordType`, so it is added.
_RECORDS = """
    case
        when json_type(doc) = 'ARRAY' then cast(doc as JSON[])
        when json_type(doc, '$.Bounces') = 'ARRAY' then cast(doc -> '$.Bounces' as JSON[])
        else [doc]
    end
"""
_RECORD_TYPE = f"""
    coalesce(
        {filled("RecordType")},
        case when {filled("BouncedAt")} is null then null
        when r.Type = 'SpamComplaint' then r.Type when {filled("Type")} is not null then 'Bounce' end
    )
"""

ADAPTER = JsonAdapter(
    name="postmark",
    shapes="webhooks: one object per line; pages of the Bounces API",
    description="One row per recipient of each event that Postmark's webhooks reported.",
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
        "time_remainder": varchar(_BEYOND),
        "recipient": varchar(_RECIPIENT),
        "message_id": varchar(f"case when not {_HAS_ZERO_ID} then {filled('MessageID')} end"),
        "url": varchar("nullif(r.OriginalLink, '')"),
        "ip": varchar(filled("Geo.IP")),
        "user_agent": varchar("nullif(r.UserAgent, '')"),
        "country": varchar(filled("Geo.CountryISOCode")),
        "region": varchar(filled("Geo.Region")),
        "city": varchar(filled("Geo.City")),
        "latitude": cast_as("DOUBLE", "split_part(r.Geo.Coords, ',', 1)"),
        "longitude": cast_as("DOUBLE", "split_part(r.Geo.Coords, ',', 2)"),
        "record_type": varchar(_RECORD_TYPE, "Postmark's event name."),
        "event_id": varchar(filled("ID"), "Postmark's id of a bounce or complaint."),
        "bounce_type": varchar("r.Type", "`Type` of a bounce."),
        "suppress_sending": cast_as(
            "BOOLEAN", "r.SuppressSending", "True where a subscription change stops sending to the recipient."
        ),
        "suppression_reason": varchar(
            filled("SuppressionReason"),
            "Why sending was stopped: HardBounce, SpamComplaint or ManualSuppression.",
        ),
        "origin": varchar(
            filled("Origin"), "Whose act a change of the suppression list was: Recipient, Customer or Admin."
        ),
        # The answer of the receiving server.
        "details": varchar(
            f"case when {_RECORD_TYPE} = 'Bounce' then nullif(r.Details, '') end",
            "What the receiving server answered when it bounced the message.",
        ),
        # For a delivery, `Details` is the receiving server's greeting, not a reason.
        "reason": varchar(
            f"case when {_RECORD_TYPE} <> 'Delivery' then "
            f"{filled('Description', 'Details', 'SuppressionReason')} end",
            "Description and details of a bounce, the reason of a suppression.",
        ),
        "link_name": varchar("cast(null as VARCHAR)", "Name of the link; Postmark has none, always null."),
    },
)
