"""Mailjet's Event API: where each field of an event lies, as data and SQL expressions."""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.adapters.adapter import JsonAdapter, cast_as, filled, in_json, text_field, varchar
from ingestion.landing.feed import CORRELATION_IDS
from ingestion.values.instants import epoch_seconds

_FIELDS = (
    *("event", "time", "email", "MessageID", "mj_message_id", "Message_GUID", "CustomID", "Payload"),
    *("customcampaign", "mj_campaign_id", "mj_contact_id", "mj_list_id", "url", "ip", "geo", "agent"),
    *("hard_bounce", "error_related_to", "error", "comment", "source"),
)


def _structure(ids: Mapping[str, str]) -> dict[str, object]:
    return dict.fromkeys(_FIELDS, "VARCHAR")


def _id_sql(name: str) -> str:
    # Free text fields: if one is JSON, it may hold our ids. A feed's `ids` may also name a field of
    # Mailjet's.
    texts = (text_field("Payload"), text_field("CustomID"))
    places = [f"case when json_valid({text}) then {in_json(text, name)} end" for text in texts]
    if name in _FIELDS and name not in CORRELATION_IDS:
        places.append(text_field(name))
    return f"coalesce({', '.join(places)})"


# Mailjet writes 0 for "no message".
_MESSAGE_ID = f"""
    coalesce(
        nullif({filled("MessageID")}, '0'), nullif({filled("mj_message_id")}, '0'), {filled("Message_GUID")}
    )
"""
_WORDS = f"lower(concat_ws(' ', {filled('error_related_to')}, {filled('error')}))"

ADAPTER = JsonAdapter(
    name="mailjet",
    shapes="Event API: single objects and grouped arrays",
    description="One row per event that Mailjet's Event API reported.",
    structure=_structure,
    id_sql=_id_sql,
    event_type=filled("event"),
    modelled=frozenset({"sent", "open", "click", "bounce", "blocked", "spam", "unsub"}),
    required={"email": filled("email")},
    event_time=filled("time"),
    parsed_time=epoch_seconds(filled("time")),
    columns={
        "recipient": varchar(filled("email")),
        "message_id": varchar(_MESSAGE_ID),
        "url": varchar(filled("url")),
        "ip": varchar(filled("ip")),
        "user_agent": varchar(filled("agent")),
        "country": varchar(f"upper({filled('geo')})"),
        "event": varchar(filled("event"), "Mailjet's event name."),
        "hard_bounce": cast_as("BOOLEAN", "r.hard_bounce", "True where it is permanent."),
        "error_words": varchar(_WORDS, "What the error concerns and which it is, in lower case."),
        "reason": varchar(
            filled("comment", "error", "error_related_to", "source"),
            "The receiver's answer, else Mailjet's word for the error; of a complaint, who reported it.",
        ),
    },
)
