"""Amazon SES event publishing: Firehose objects, SNS envelopes, tags with lists of values."""

from __future__ import annotations

from typing import Any

from simulator.files.records.containers import concatenated, ndjson, text
from simulator.files.records.record import Body, Emitter, Told, iso, uuid

EVENTS = {
    "email_sent": "Send",
    "email_delivered": "Delivery",
    "email_deferred": "DeliveryDelay",
    "email_bounced": "Bounce",
    "email_blocked": "Bounce",
    "email_opened": "Open",
    "email_clicked": "Click",
    "email_feedback_loop": "Complaint",
    "email_unsubscribed": "Subscription",
    "email_subscription_submitted": "Subscription",
}
_TIMED = ("mail", "delivery", "deliveryDelay", "bounce", "complaint", "open", "click", "subscription")
_SENDER = "News <news@shop.example>"


def bodies(told: Told) -> list[Body]:
    """The event as SES publishes it."""
    refusal = told.refusal.detail if told.refusal else {}
    name = EVENTS.get(told.type) or refusal["event"]
    body: Body = {"eventType": name, "mail": _mail(told)}
    untimed = _untimed(told)
    if name in untimed:
        # These have no time of their own: the mail's is the event's.
        body["mail"]["timestamp"] = iso(told.at)
        section, content = untimed[name]
    else:
        section, content = _section(told, name)
    body[section] = content
    return [body]


def _untimed(told: Told) -> dict[str, tuple[str, Body]]:
    """The parts of events that happen as the mail is handed over."""
    reason = told.refusal.reason if told.refusal else ""
    return {
        "Send": ("send", {}),
        "Reject": ("reject", {"reason": reason}),
        "Rendering Failure": ("failure", {"errorMessage": reason, "templateName": "journey-template"}),
    }


def _mail(told: Told) -> Body:
    message_id = f"0100{told.hex[:12]}-{uuid(*told.token)}-000000"
    sent_at = min(told.sent_at, told.at)
    tags = {name: [value] for name, value in told.ids.items()}
    return {
        "timestamp": iso(sent_at),
        "source": _SENDER,
        "sourceArn": "arn:aws:ses:us-east-1:123456789012:identity/shop.example",
        "sendingAccountId": "123456789012",
        "messageId": message_id,
        "destination": [told.recipient],
        "headersTruncated": False,
        "headers": [
            {"name": "From", "value": _SENDER},
            {"name": "To", "value": told.recipient},
            {"name": "Subject", "value": told.subject},
        ],
        "commonHeaders": {
            "from": [_SENDER],
            "to": [told.recipient],
            "messageId": message_id,
            "subject": told.subject,
        },
        "tags": {"ses:configuration-set": ["journeys"], "ses:source-ip": ["192.0.2.0"], **tags},
    }


def _section(told: Told, name: str) -> tuple[str, Body]:
    """The part that only this kind of event has, and its key."""
    at = iso(told.at)
    reason, detail = (told.refusal.reason, told.refusal.detail) if told.refusal else ("", {})
    person = {"ipAddress": told.ip, "userAgent": told.agent.text if told.agent else None, "timestamp": at}
    feedback = f"0100{told.hex[16:]}-{told.number:08x}-000000"
    match name:
        case "Delivery":
            return "delivery", {
                "timestamp": at,
                "processingTimeMillis": max((told.at - told.sent_at) // 1_000, 1),
                "recipients": [told.recipient],
                "smtpResponse": "250 2.6.0 Message received",
                "reportingMTA": "a8-50.smtp-out.amazonses.com",
            }
        case "DeliveryDelay":
            delayed = {"emailAddress": told.recipient, "status": detail["status"], "diagnosticCode": reason}
            return "deliveryDelay", {
                "timestamp": at,
                "delayType": detail["delayType"],
                "expirationTime": iso(told.at + 12 * 3_600_000_000),
                "delayedRecipients": [delayed],
            }
        case "Bounce":
            bounced = {"emailAddress": told.recipient, "action": "failed", "diagnosticCode": reason}
            if "status" in detail:
                bounced["status"] = detail["status"]
            return "bounce", {
                "bounceType": detail["type"],
                "bounceSubType": detail["subtype"],
                "bouncedRecipients": [bounced],
                "timestamp": at,
                "feedbackId": feedback,
                "reportingMTA": "dsn; a8-50.smtp-out.amazonses.com",
            }
        case "Complaint":
            complaint: Body = {
                "complainedRecipients": [{"emailAddress": told.recipient}],
                "timestamp": at,
                "feedbackId": feedback,
                "complaintSubType": None,
                "arrivalDate": at,
            }
            return "complaint", complaint | ({"complaintFeedbackType": "abuse"} if told.flavour % 2 else {})
        case "Open":
            return "open", person
        case "Click":
            return "click", person | {"link": told.link.url if told.link else None, "linkTags": None}
        case _:
            every = told.type == "email_unsubscribed"
            topics = [{"topicName": "News", "subscriptionStatus": "OptOut" if every else "OptIn"}]
            return "subscription", {
                "contactList": "Shop",
                "timestamp": at,
                "source": "UnsubscribeHeader" if every else "PreferencesPage",
                "newTopicPreferences": {"unsubscribeAll": every, "topicSubscriptionStatus": topics},
                "oldTopicPreferences": {"unsubscribeAll": False, "topicSubscriptionStatus": topics},
            }


def strange(told: Told) -> tuple[Body, str]:
    """Mail that SES received is none that it sent."""
    body = bodies(told)[0]
    kept = {"notificationType": "Received", "mail": body["mail"], "receipt": {"timestamp": iso(told.at)}}
    return kept, "Received"


def _sns(body: Body, ordinal: int) -> Any:
    """An SNS notification: the event as a string; some publishers end it with a newline."""
    token = int(body["mail"]["messageId"][4:16], 16)
    return {
        "Type": "Notification",
        "MessageId": uuid(token, token + ordinal),
        "TopicArn": "arn:aws:sns:us-east-1:123456789012:ses-events",
        "Subject": "Amazon SES Email Event Notification",
        "Message": text(body) + ("\n" if ordinal % 2 else ""),
        "Timestamp": body["mail"]["timestamp"],
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "UnsubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
    }


EMITTER = Emitter(
    bodies=bodies,
    strange=strange,
    type_at=("eventType",),
    times_at=tuple((section, "timestamp") for section in _TIMED),
    time=iso,
    shapes=(ndjson(), ndjson(_sns), concatenated(), ndjson(_sns, spaced=True)),
)
