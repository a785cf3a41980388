"""Postmark: one object a line, times with seven digits, no sent event and no machine flag."""

from __future__ import annotations

from simulator.files.records.containers import ndjson
from simulator.files.records.record import Body, EmailEvent, Emitter, iso, uuid
from simulator.world.catalogue import COUNTRY_NAMES


def bodies(event: EmailEvent) -> list[Body]:
    """Return the event as Postmark posts it."""
    common: Body = {
        "MessageID": uuid(*event.token),
        "MessageStream": "broadcast",
        "ServerID": 23,
        "Tag": "journey",
        "Metadata": dict(event.ids),
    }
    at = _time(event.at)
    details: Body
    match event.type:
        case "email_delivered":
            details = {
                "RecordType": "Delivery",
                "Recipient": event.recipient,
                "DeliveredAt": at,
                "Details": "250 OK",
            }
        case "email_opened":
            details = {"RecordType": "Open", "FirstOpen": event.first_open, "ReadSeconds": event.variant % 20}
            details |= _visit(event)
        case "email_clicked":
            link = event.link.url if event.link else None
            details = {"RecordType": "Click", "ClickLocation": "HTML", "OriginalLink": link} | _visit(event)
        case "email_unsubscribed" | "email_subscription_submitted":
            leaves = event.type == "email_unsubscribed"
            details = {
                "RecordType": "SubscriptionChange",
                "Recipient": event.recipient,
                "Origin": "Recipient",
                "ChangedAt": at,
                "SuppressSending": leaves,
                "SuppressionReason": "ManualSuppression" if leaves else None,
            }
        case "email_feedback_loop":
            details = _bounce(event, "The subscriber marked this message as spam.")
            details |= {"Type": "SpamComplaint", "TypeCode": 100001, "RecordType": "SpamComplaint"}
        case _:
            assert event.refusal is not None
            details = _bounce(event, event.refusal.reason) | dict(event.refusal.detail)
    return [common | details]


def _time(micros: int) -> str:
    """Return a time with seven digits, as .NET writes it; the seventh must not change the instant."""
    return iso(micros, 6)[:-1] + f"{micros % 10}Z"


def _visit(event: EmailEvent) -> Body:
    geography: Body = {"IP": event.ip} if event.ip else {}
    if event.place:
        place = event.place
        geography |= {
            "Country": COUNTRY_NAMES[place.country],
            "CountryISOCode": place.country,
            "Region": place.region,
            "City": place.city,
            "Coords": f"{place.latitude},{place.longitude}",
        }
    visit: Body = {"Recipient": event.recipient, "ReceivedAt": _time(event.at), "Geo": geography}
    if event.agent:
        name = event.agent.client
        visit |= {
            "UserAgent": event.agent.text,
            "Client": {"Name": name, "Family": name, "Company": ""},
            "OS": {
                "Name": event.agent.operating_system,
                "Family": event.agent.operating_system,
                "Company": "",
            },
            "Platform": "Mobile" if event.agent.device == "mobile" else "Desktop",
        }
    return visit


def _bounce(event: EmailEvent, reason: str) -> Body:
    """Return the fields of bounces and complaints, which alone have an id of their own."""
    return {
        "RecordType": "Bounce",
        "ID": 4_000_000_000 + event.number,
        "Email": event.recipient,
        "From": "news@shop.example",
        "BouncedAt": _time(event.at),
        "Description": reason,
        "Details": reason,
        "Subject": event.subject,
        "DumpAvailable": True,
        "Inactive": event.bounce == "hard",
        "CanActivate": True,
    }


def unknown_type(event: EmailEvent) -> tuple[Body, str]:
    """Return inbound mail or an automatic reply."""
    body: Body = {"MessageID": uuid(event.number, event.number), "Metadata": {}}
    if event.variant % 2:
        inbound = {
            "RecordType": "Inbound",
            "From": event.recipient,
            "Date": iso(event.at),
            "ReceivedAt": _time(event.at),
        }
        return body | inbound | {"Recipient": event.recipient}, "Inbound"
    reply = {"Type": "AutoResponder", "TypeCode": 64, "Name": "Auto responder"}
    return body | _bounce(event, "Automatic reply") | reply, "AutoResponder"


EMITTER = Emitter(
    bodies=bodies,
    unknown_type=unknown_type,
    type_at=("RecordType",),
    times_at=(("DeliveredAt",), ("BouncedAt",), ("ReceivedAt",), ("ChangedAt",)),
    time=_time,
    shapes=(ndjson(), ndjson(spaced=True)),
)
