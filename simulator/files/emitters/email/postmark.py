"""Postmark: one object a line, times with seven digits, no sent event and no machine flag."""

from __future__ import annotations

from simulator.files.records.containers import ndjson
from simulator.files.records.record import Body, Emitter, Told, iso, uuid
from simulator.world.catalogue import COUNTRY_NAMES


def bodies(told: Told) -> list[Body]:
    """The event as Postmark posts it."""
    common: Body = {
        "MessageID": uuid(*told.token),
        "MessageStream": "broadcast",
        "ServerID": 23,
        "Tag": "journey",
        "Metadata": dict(told.ids),
    }
    at = _time(told.at)
    details: Body
    match told.type:
        case "email_delivered":
            details = {
                "RecordType": "Delivery",
                "Recipient": told.recipient,
                "DeliveredAt": at,
                "Details": "250 OK",
            }
        case "email_opened":
            details = {"RecordType": "Open", "FirstOpen": told.first_open, "ReadSeconds": told.flavour % 20}
            details |= _visit(told)
        case "email_clicked":
            link = told.link.url if told.link else None
            details = {"RecordType": "Click", "ClickLocation": "HTML", "OriginalLink": link} | _visit(told)
        case "email_unsubscribed" | "email_subscription_submitted":
            leaves = told.type == "email_unsubscribed"
            details = {
                "RecordType": "SubscriptionChange",
                "Recipient": told.recipient,
                "Origin": "Recipient",
                "ChangedAt": at,
                "SuppressSending": leaves,
                "SuppressionReason": "ManualSuppression" if leaves else None,
            }
        case "email_feedback_loop":
            details = _bounce(told, "The subscriber marked this message as spam.")
            details |= {"Type": "SpamComplaint", "TypeCode": 100001, "RecordType": "SpamComplaint"}
        case _:
            assert told.refusal is not None
            details = _bounce(told, told.refusal.reason) | dict(told.refusal.detail)
    return [common | details]


def _time(micros: int) -> str:
    """Seven digits, as .NET writes them; the last one is not the pipeline's to lose."""
    return iso(micros, 6)[:-1] + f"{micros % 10}Z"


def _visit(told: Told) -> Body:
    geography: Body = {"IP": told.ip} if told.ip else {}
    if told.place:
        place = told.place
        geography |= {
            "Country": COUNTRY_NAMES[place.country],
            "CountryISOCode": place.country,
            "Region": place.region,
            "City": place.city,
            "Coords": f"{place.latitude},{place.longitude}",
        }
    visit: Body = {"Recipient": told.recipient, "ReceivedAt": _time(told.at), "Geo": geography}
    if told.agent:
        name = told.agent.client
        visit |= {
            "UserAgent": told.agent.text,
            "Client": {"Name": name, "Family": name, "Company": ""},
            "OS": {"Name": told.agent.operating_system, "Family": told.agent.operating_system, "Company": ""},
            "Platform": "Mobile" if told.agent.device == "mobile" else "Desktop",
        }
    return visit


def _bounce(told: Told, reason: str) -> Body:
    """Bounces and complaints alone have an id of their own."""
    return {
        "RecordType": "Bounce",
        "ID": 4_000_000_000 + told.number,
        "Email": told.recipient,
        "From": "news@shop.example",
        "BouncedAt": _time(told.at),
        "Description": reason,
        "Details": reason,
        "Subject": told.subject,
        "DumpAvailable": True,
        "Inactive": told.bounce == "hard",
        "CanActivate": True,
    }


def strange(told: Told) -> tuple[Body, str]:
    """Inbound mail, or an automatic reply."""
    body: Body = {"MessageID": uuid(told.number, told.number), "Metadata": {}}
    if told.flavour % 2:
        inbound = {
            "RecordType": "Inbound",
            "From": told.recipient,
            "Date": iso(told.at),
            "ReceivedAt": _time(told.at),
        }
        return body | inbound | {"Recipient": told.recipient}, "Inbound"
    reply = {"Type": "AutoResponder", "TypeCode": 64, "Name": "Auto responder"}
    return body | _bounce(told, "Automatic reply") | reply, "AutoResponder"


EMITTER = Emitter(
    bodies=bodies,
    strange=strange,
    type_at=("RecordType",),
    times_at=(("DeliveredAt",), ("BouncedAt",), ("ReceivedAt",), ("ChangedAt",)),
    time=_time,
    shapes=(ndjson(), ndjson(spaced=True)),
)
